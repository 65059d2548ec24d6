import GPT2Kernels
import GPT2ModelFiles
import GPT2Transformer

/// A fixture's model with adapters, on the batch of its reference state.
package struct AdaptedModel {
  package let model: Model
  package let adapters: LowRankAdapters
  package let state: ReferenceState
  package let activations: Activations

  /// - Parameter adapters: All values random for all targets if not given.
  package init(
    _ name: String = "awkward", adapters: LowRankAdapters? = nil, precision: Precision = .fp32,
    threads: Int = 2, recomputing: Recomputation = .nothing
  ) throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("\(name).bin"))
    self.adapters = try adapters ?? Self.randomAdapters(parameters.configuration)
    model = Model(
      parameters, adapters: self.adapters, precision: precision, on: Workers(count: threads))
    state = try ReferenceState(
      contentsOf: TestFiles.fixture("\(name)_debug_state.bin"), for: parameters.configuration)
    activations = try Activations(
      parameters.configuration, batchSize: state.batchSize, sequenceLength: state.sequenceLength,
      keepingForBackward: true, recomputing: recomputing)
  }

  package static func layout(
    _ configuration: Configuration, rank: Int = 3, targets: TensorSet = AdapterLayout.possibleTargets
  ) throws -> AdapterLayout {
    try AdapterLayout(configuration, rank: rank, alpha: 5, targets: targets)
  }

  package static func randomAdapters(
    _ configuration: Configuration, rank: Int = 3, targets: TensorSet = AdapterLayout.possibleTargets
  ) throws -> LowRankAdapters {
    let adapters = try LowRankAdapters(zeroed: layout(configuration, rank: rank, targets: targets))
    var random = SeededRandom(seed: 3)
    for index in adapters.values.indices {
      adapters.values[index] = Float.random(in: -0.3...0.3, using: &random)
    }
    return adapters
  }

  /// Gradients of tensors and, unless told otherwise, of the adapters.
  package func gradients(
    of tensors: TensorSet = .none, ofAdapters: Bool = true
  ) throws -> (loss: Float, gradients: Parameters) {
    let gradients = try Parameters(
      zeroed: model.configuration, holding: tensors, adapters: ofAdapters ? adapters.layout : nil)
    // What is not overwritten would stay as a seven.
    gradients.values.update(repeating: 7)
    return (try backward(into: gradients), gradients)
  }

  package func backward(into gradients: Parameters) throws -> Float {
    try model.forward(state.tokens, into: activations)
    return try model.backward(state.tokens, targets: state.targets, from: activations, into: gradients)
  }

  /// Makes updates of the adapters alone, and returns the loss before each.
  package func train(_ steps: Int, settings: Optimizer.Settings, learningRate: Float) throws -> [Float] {
    let gradients = try Parameters(
      zeroed: model.configuration, holding: .none, adapters: adapters.layout)
    let optimizer = try Optimizer(
      model.configuration, training: .none, adapters: adapters.layout, settings: settings)
    return try (0..<steps).map { _ in
      let loss = try backward(into: gradients)
      let norm = Optimizer.norm(of: gradients, on: model.workers)
      optimizer.update(
        model.parameters, adapters: adapters, gradients: gradients, learningRate: learningRate,
        gradientNorm: norm, on: model.workers)
      return loss
    }
  }

  /// The logits of the last forward pass, (B·T, V).
  package var logits: [Float] {
    var logits = [Float]()
    model.forEachLogitsRow(of: activations) { _, row in logits += row[..<model.configuration.vocabularySize] }
    return logits
  }

  /// The batch's sequences, each with the last position's target.
  package var sequences: [[Int32]] {
    let T = state.sequenceLength
    return (0..<state.batchSize).map { row in
      Array(state.tokens[row * T..<(row + 1) * T]) + [state.targets[(row + 1) * T - 1]]
    }
  }
}
