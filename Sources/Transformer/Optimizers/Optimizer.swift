import GPT2BinaryFiles
import GPT2Kernels

/// Changes what is trained of a model by its gradients: AdamW (Loshchilov & Hutter 2019) as llm.c's `gpt2_update`
/// does it, or Muon or NorMuon for the linear layers' weights and AdamW for all else.
///
/// Of several processes with the same gradients each may update a share, and then only keeps what it needs for that.
public final class Optimizer {
  package let settings: Settings
  /// The tensors that are trained.
  package let trained: TensorSet
  package let adapters: AdapterLayout?
  package let configuration: Configuration
  /// What it remembers of the steps so far, by name.
  package let states: [OptimizerState]
  /// Steps made so far, those whose update was left out included: t in the bias corrections.
  package var step = 0
  /// Updates that the moments are of from before the run: they count in t as well.
  package var updatesBefore = 0

  let pieces: UpdateUnits
  /// The share that this optimizer updates.
  let process: Int

  /// - Parameters:
  ///   - trained: The tensors that updates change, and that something is kept of.
  ///   - adapters: The adapters likewise; AdamW updates them in any case.
  ///   - process: Of so many processes that share the update, which this one is.
  /// - Throws: `AllocationError` if what is kept does not fit in memory.
  package init(
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
  package static func stateCount(
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
  package static func scratchCount(_ configuration: Configuration, settings: Settings) -> Int? {
    settings.method.orthogonalised.tensors.compactMap { tensor -> Int? in
      // The largest model whose weights can be counted has matrices that can.
      guard tensor.count(in: configuration) != nil else { return nil }
      let (rows, columns) = UpdateUnits.matrix(of: tensor, in: configuration)
      return settings.rule(for: tensor).scratchCount(rows: rows, columns: columns)
    }.max() ?? 0
  }

  /// The Euclidean norm of all gradients together, before clipping.
  package static func norm(of gradients: Parameters, on workers: Workers) -> Float {
    let sum = gradients.present.tensors.reduce(0.0) {
      $0 + GradientNorm.sumOfSquares(gradients.values(of: $1), on: workers)
    }
    let adapters = gradients.adapters.map { GradientNorm.sumOfSquares($0.values, on: workers) }
    return Float((sum + (adapters ?? 0)).squareRoot())
  }

  /// Lets a step pass without an update, as llm.c does with outliers: t goes on.
  package func skip() { step += 1 }

  /// Makes one update of the tensors and adapters that are trained, or of this process's share of them. Weight decay
  /// applies to matrices, or to all tensors; both factors of an adapter are matrices.
  ///
  /// - Parameters:
  ///   - adapters: The model's, if they are trained.
  ///   - gradients: Of what is trained.
  ///   - gradientNorm: `norm(of:on:)` of these gradients, by which they are clipped.
  ///   - precision: Of Muon's matrix products.
  package func update(
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

  func state(_ name: String) -> OptimizerState {
    guard let state = states.first(where: { $0.name == name }) else {
      preconditionFailure("there is what the rules keep")
    }
    return state
  }
}
