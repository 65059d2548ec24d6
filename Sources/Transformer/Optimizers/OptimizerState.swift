import GPT2BinaryFiles
import GPT2Kernels

/// What one rule keeps under one name: of all its pieces one after the other, of which a process has a run.
package struct OptimizerState {
  /// "adamw.m": the rule's name and the state's.
  package let name: String
  /// Values over all processes.
  package let count: Int
  /// Where the run of each process begins, and at last `count`.
  private let bounds: [Int]
  /// Which process has `values`.
  private let process: Int
  private let buffer: FloatBuffer
  /// Where each of the process's pieces begins in the buffer, by its place among all pieces.
  let offsets: [Int: Int]

  init(_ layout: OptimizerStateLayout, of process: Int) throws(AllocationError) {
    name = layout.name
    count = layout.count
    bounds = layout.bounds
    self.process = process
    let range = bounds[process]..<bounds[process + 1]
    buffer = try FloatBuffer(zeroed: range.count)
    offsets = layout.starts.filter { range.contains($0.value) }.mapValues { $0 - range.lowerBound }
  }

  /// What this process has of it. Valid as long as the optimizer is held.
  package var values: UnsafeMutableBufferPointer<Float> { buffer.values }

  /// Where `values` lie among those of all processes.
  package var range: Range<Int> { range(of: process) }

  /// What a process has of it.
  package func range(of process: Int) -> Range<Int> { bounds[process]..<bounds[process + 1] }

  /// What is kept of a piece that this process updates.
  func values(of unit: Int, count: Int) -> UnsafeMutableBufferPointer<Float> {
    guard let offset = offsets[unit] else { preconditionFailure("another process's piece") }
    return UnsafeMutableBufferPointer(rebasing: values[offset..<offset + count])
  }
}

/// Where values lie that one rule keeps under one name.
struct OptimizerStateLayout {
  let name: String
  private(set) var count = 0
  private(set) var bounds: [Int]
  /// Of each piece that something is kept of, by its place among all.
  private(set) var starts: [Int: Int] = [:]

  private init(name: String, processes: Int) {
    self.name = name
    bounds = [Int](repeating: 0, count: processes + 1)
  }

  private mutating func append(_ unit: Int, count: Int, of process: Int) {
    starts[unit] = self.count
    self.count += count
    for index in bounds.indices.dropFirst(process + 1) { bounds[index] = self.count }
  }

  /// All that is kept, AdamW's first and then in the order of the pieces.
  static func all(of units: UpdateUnits) -> [OptimizerStateLayout] {
    var layouts: [OptimizerStateLayout] = []
    for (index, unit) in units.units.enumerated() {
      let rule = units.settings.rule(for: unit.tensor)
      for (name, count) in rule.states(rows: unit.rows, columns: unit.columns) {
        let name = "\(rule.name).\(name)"
        let place = layouts.firstIndex { $0.name == name } ?? layouts.count
        if place == layouts.count {
          layouts.append(OptimizerStateLayout(name: name, processes: units.processes))
        }
        layouts[place].append(index, count: count, of: units.owner(of: index))
      }
    }
    return layouts
  }
}
