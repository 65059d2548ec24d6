import BinaryFiles
import Kernels

/// Changes what is trained of a model by its gradients: AdamW (Loshchilov & Hutter 2019) as llm.c's `gpt2_update`
/// does it, or Muon or NorMuon for the linear layers' weights and AdamW for all else.
///
/// Of several processes with the same gradients each may update a share, and then only keeps what it needs for that.
public final class Optimizer {
  public let settings: Settings
  /// The tensors that are trained.
  public let trained: TensorSet
  public let adapters: AdapterLayout?
  public let configuration: Configuration
  /// What it remembers of the steps so far, by name.
  public let states: [OptimizerState]
  /// Steps made so far, those whose update was left out included: t in the bias corrections.
  public package(set) var step = 0
  /// Updates that the moments are of from before the run: they count in t as well.
  public package(set) var updatesBefore = 0

  private let pieces: UpdateUnits
  /// The share that this optimizer updates.
  private let process: Int

  /// - Parameters:
  ///   - trained: The tensors that updates change, and that something is kept of.
  ///   - adapters: The adapters likewise; AdamW updates them in any case.
  ///   - process: Of so many processes that share the update, which this one is.
  /// - Throws: `AllocationError` if what is kept does not fit in memory.
  public init(
    _ configuration: Configuration, training trained: TensorSet = .all, adapters: AdapterLayout? = nil,
    settings: Settings, process: Int = 0, of processes: Int = 1
  ) throws(AllocationError) {
    precondition((0..<processes).contains(process), "no such process")
    guard Parameters.valueCount(of: configuration, holding: trained, adapters: adapters) != nil else {
      throw AllocationError(values: .max)
    }
    self.settings = settings
    self.trained = trained
    self.adapters = adapters
    self.configuration = configuration
    self.process = process
    pieces = UpdateUnits(
      configuration, training: trained, adapters: adapters, settings: settings, processes: processes)
    var states: [OptimizerState] = []
    for layout in OptimizerStateLayout.all(of: pieces) {
      states.append(try OptimizerState(layout, of: process))
    }
    self.states = states
  }

  /// Values that one of so many processes keeps at most: all by itself, else its share and a piece more, as pieces are not
  /// cut; `nil` if the count overflows.
  public static func stateCount(
    _ configuration: Configuration, training trained: TensorSet, adapters: AdapterLayout?,
    settings: Settings, processes: Int = 1
  ) -> Int? {
    var total = CheckedCount(0)
    // AdamW's piece, and that of the other rule.
    var pieces = settings.rule(for: nil).stateCount(rows: 1, columns: GradientNorm.partValues)
    for tensor in trained.tensors {
      let rule = settings.rule(for: tensor)
      let values = tensor.checkedCount(in: configuration)
      if rule.isElementwise {
        total = total + values * rule.stateCount(rows: 1, columns: 1)
      } else if let values = values.value {
        // A model whose values can be counted has matrices whose values can.
        let (rows, columns) = UpdateUnits.matrix(of: tensor, in: configuration)
        let kept = rule.stateCount(rows: rows, columns: columns)
        total = total + CheckedCount(values / (rows * columns)) * kept
        pieces = max(pieces, kept)
      } else {
        return nil
      }
    }
    if let adapters {
      total = total + adapters.checkedCount * settings.rule(for: nil).stateCount(rows: 1, columns: 1)
    }
    return total.value.map { processes == 1 ? $0 : min($0, $0 / processes + 2 * pieces) }
  }

  /// Values of scratch that an update needs; `nil` if the count overflows.
  public static func scratchCount(_ configuration: Configuration, settings: Settings) -> Int? {
    settings.method.orthogonalised.tensors.compactMap { tensor -> Int? in
      // The largest model whose weights can be counted has matrices that can.
      guard tensor.count(in: configuration) != nil else { return nil }
      let (rows, columns) = UpdateUnits.matrix(of: tensor, in: configuration)
      return settings.rule(for: tensor).scratchCount(rows: rows, columns: columns)
    }.max() ?? 0
  }

  /// The Euclidean norm of all gradients together, before clipping.
  public static func norm(of gradients: Parameters, on workers: Workers) -> Float {
    let sum = gradients.present.tensors.reduce(0.0) {
      $0 + GradientNorm.sumOfSquares(gradients.values(of: $1), on: workers)
    }
    let adapters = gradients.adapters.map { GradientNorm.sumOfSquares($0.values, on: workers) }
    return Float((sum + (adapters ?? 0)).squareRoot())
  }

  /// Lets a step pass without an update, as llm.c does with outliers: t goes on.
  public func skip() { step += 1 }

  /// Makes one update of the tensors and adapters that are trained, or of this process's share of them. Weight decay
  /// applies to matrices, or to all tensors; both factors of an adapter are matrices.
  ///
  /// - Parameters:
  ///   - adapters: The model's, if they are trained.
  ///   - gradients: Of what is trained.
  ///   - gradientNorm: `norm(of:on:)` of these gradients, by which they are clipped.
  ///   - precision: Of Muon's matrix products.
  public func update(
    _ parameters: Parameters, adapters: LowRankAdapters? = nil, gradients: Parameters, learningRate: Float,
    gradientNorm: Float, precision: Precision = .fp32, on workers: Workers
  ) {
    precondition(gradients.present == trained, "gradients of other tensors than are trained")
    precondition(
      gradients.adapters?.layout == self.adapters && adapters?.layout == self.adapters,
      "other adapters than are trained")
    step += 1
    let scale = settings.maximumGradientNorm.map { min(1, $0 / gradientNorm) } ?? 1
    for (first, unit) in pieces.runs(of: process) {
      let decays = settings.decayed == .all || unit.tensor?.isMatrix ?? true
      let rule = settings.rule(for: unit.tensor)
      rule.update(
        unit.matrix(in: parameters, adapters), gradient: unit.matrix(in: gradients, gradients.adapters),
        states: rule.states(rows: unit.rows, columns: unit.columns).map { name, count in
          state("\(rule.name).\(name)").values(of: first, count: count)
        },
        in: UpdateStep(
          learningRate: learningRate, weightDecay: decays ? settings.weightDecay : 0, gradientScale: scale,
          count: updatesBefore + step, precision: precision),
        on: workers)
    }
  }

  private func state(_ name: String) -> OptimizerState {
    guard let state = states.first(where: { $0.name == name }) else {
      preconditionFailure("there is what the rules keep")
    }
    return state
  }
}

// What processes that share the update do together.
extension Optimizer {
  /// What each process updates, among all values that are trained: disjoint ranges in order.
  package var shares: [[Range<Int>]] {
    (0..<pieces.processes).map { process in
      pieces.runs(of: process).map { $0.unit.start..<$0.unit.start + $0.unit.count }
    }
  }

  /// Calls `body` with all that this process updates, or all that others do: the values in the model, and where they are
  /// among all that are trained.
  package func forEachRun(
    ofOthers others: Bool, in parameters: Parameters, _ adapters: LowRankAdapters?,
    _ body: (_ start: Int, _ values: UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    for owner in 0..<pieces.processes where (owner != process) == others {
      for (_, unit) in pieces.runs(of: owner) { body(unit.start, unit.matrix(in: parameters, adapters).flat) }
    }
  }

  /// Sums of squares of gradients, of each piece: 0 for those of others. What processes find is to be added.
  package func sumsOfSquares(of gradients: Parameters, on workers: Workers) -> [Double] {
    let own = pieces.units.indices.filter { pieces.owner(of: $0) == process }
    let sums = GradientNorm.sumsOfSquares(
      of: own.map { pieces.units[$0].matrix(in: gradients, gradients.adapters).flat }, on: workers)
    var all = [Double](repeating: 0, count: pieces.units.count)
    for (unit, sum) in zip(own, sums) { all[unit] = sum }
    return all
  }

  /// The tensor of the first piece whose sum of squares is not finite; `nil` also for adapters.
  package func firstNonFinite(inSquares sums: [Double]) -> ParameterTensor? {
    zip(pieces.units, sums).first { !$1.isFinite }?.0.tensor
  }

  /// The norm of all gradients of which these are the pieces' sums of squares: `norm(of:on:)`, in its order where values
  /// are updated one by one.
  package func norm(ofSquares sums: [Double]) -> Float {
    var (total, tensorSum): (Double, Double) = (0, 0)
    for (index, unit) in pieces.units.enumerated() {
      if unit.offset == 0 { (total, tensorSum) = (total + tensorSum, 0) }
      tensorSum += sums[index]
    }
    return Float((total + tensorSum).squareRoot())
  }
}

// Files.
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
