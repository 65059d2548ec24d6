import GPT2Kernels
import GPT2Transformer

/// A model with all that a training step needs, on random weights and tokens.
final class TrainingStep {
  private let model: Model
  private let gradients: Parameters
  private let optimizer: Optimizer

  /// - Throws: `AllocationError`
  init(_ model: Model) throws(AllocationError) {
    self.model = model
    gradients = try Parameters(zeroed: model.configuration)
    optimizer = try Optimizer(model.configuration, settings: Optimizer.Settings())
  }

  /// Seconds of a step's stages, in their order.
  struct Timing {
    var forward = 0.0
    /// The classifier's forward pass, the loss, and the backward pass.
    var backward = 0.0
    var norm = 0.0
    var update = 0.0

    var total: Double { forward + backward + norm + update }
  }

  /// Times steps of one batch shape: the first of them is not counted.
  ///
  /// - Throws: `AllocationError`; what `observe` throws.
  func timings(
    _ shape: BenchmarkSettings.BatchShape, repetitions: Int, observe: (String) throws -> Void
  ) throws -> [Timing] {
    let activations = try Activations(
      model.configuration, batchSize: shape.batchSize, sequenceLength: shape.sequenceLength,
      keepingForBackward: true)
    let stream = Noise.tokens(shape.tokens + 1, vocabularySize: model.configuration.vocabularySize)
    let (inputs, targets) = (Array(stream.dropLast()), Array(stream.dropFirst()))
    return try (0...repetitions).map { _ in
      try observe("training step, B=\(shape.batchSize) T=\(shape.sequenceLength)")
      return try step(inputs, targets, activations)
    }.dropFirst().map { $0 }
  }

  private func step(
    _ inputs: [Int32], _ targets: [Int32], _ activations: Activations
  ) throws -> Timing {
    var timing = Timing()
    var norm: Float = 0
    timing.forward = try Stopwatch.seconds { try model.forward(inputs, into: activations) }
    timing.backward = try Stopwatch.seconds {
      try model.backward(inputs, targets: targets, from: activations, into: gradients)
    }
    timing.norm = Stopwatch.seconds {
      norm = Optimizer.norm(of: gradients, on: model.workers)
    }
    precondition(norm.isFinite && norm > 0, "random weights have gradients")
    timing.update = Stopwatch.seconds {
      optimizer.update(
        model.parameters, gradients: gradients, learningRate: 1e-4, gradientNorm: norm, on: model.workers)
    }
    return timing
  }
}
