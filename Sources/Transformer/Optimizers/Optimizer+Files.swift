// What files of its state need.
extension Optimizer {
  /// What is kept of such tensors, by name, and how many values of each.
  package static func states(
    _ configuration: Configuration, training trained: TensorSet, adapters: AdapterLayout?, settings: Settings
  ) -> [(name: String, count: Int)] {
    OptimizerStateLayout.all(
      of: UpdateUnits(
        configuration, training: trained, adapters: adapters, settings: settings, processes: 1)
    ).map { ($0.name, $0.count) }
  }

  /// Fills what this process keeps from a file without names, in which the first of what is kept of each piece comes in
  /// checkpoint order, whichever rule's it is, and then the second of those that have one.
  ///
  /// - Parameter copy: Fills values from a place in bytes.
  /// - Returns: The bytes of all of them.
  package func copyUnnamed(
    _ copy: (_ place: Int, _ target: UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Int {
    var place = 0
    for order in 0..<2 {
      for (index, unit) in pieces.units.enumerated() {
        let rule = settings.rule(for: unit.tensor)
        let states = rule.states(rows: unit.rows, columns: unit.columns)
        guard order < states.count else { continue }
        let (name, count) = states[order]
        if pieces.owner(of: index) == process {
          copy(place, state("\(rule.name).\(name)").values(of: index, count: count))
        }
        place += count * MemoryLayout<Float>.stride
      }
    }
    return place
  }

  /// Sets a part of what is kept, as far as it is this process's.
  ///
  /// - Parameter place: Where the values belong among those of all processes.
  package func set(_ name: String, from place: Int, to values: UnsafeRawBufferPointer) {
    let state = state(name)
    let size = MemoryLayout<Float>.stride
    let wanted = (place..<place + values.count / size).clamped(to: state.range)
    guard !wanted.isEmpty else { return }
    let target = state.values[
      wanted.lowerBound - state.range.lowerBound..<wanted.upperBound - state.range.lowerBound]
    UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: target)).copyMemory(
      from: UnsafeRawBufferPointer(
        rebasing: values[(wanted.lowerBound - place) * size..<(wanted.upperBound - place) * size]))
  }
}
