import Kernels

/// AdamW (Loshchilov & Hutter 2019) over all parameters that are trained, as llm.c's `gpt2_update` does it.
public final class AdamWOptimizer {
  public struct Settings: Equatable, Sendable {
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    public var weightDecay: Float
    public var decayed: DecayedTensors
    /// Gradients are scaled down to this norm, taken over all tensors, when theirs is larger.
    public var maximumGradientNorm: Float?

    /// Which tensors weight decay applies to.
    public enum DecayedTensors: Sendable {
      case matrices, all
    }

    /// The defaults are those of llm.c's `train_gpt2.cu`.
    public init(
      beta1: Float = 0.9, beta2: Float = 0.95, epsilon: Float = 1e-8, weightDecay: Float = 0,
      decayed: DecayedTensors = .matrices, maximumGradientNorm: Float? = 1
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.decayed = decayed
      self.maximumGradientNorm = maximumGradientNorm
    }
  }

  public let settings: Settings
  /// m
  public let firstMoments: Parameters
  /// v
  public let secondMoments: Parameters
  /// Steps made so far, those whose update was left out included: t in the bias corrections.
  public package(set) var step = 0

  /// - Parameters:
  ///   - trained: The tensors that there are moments for, and that updates change.
  ///   - adapters: The adapters likewise.
  /// - Throws: `AllocationError` if the two moments do not fit in memory.
  public init(
    _ configuration: Configuration, training trained: TensorSet = .all, adapters: AdapterLayout? = nil,
    settings: Settings
  ) throws(AllocationError) {
    self.settings = settings
    firstMoments = try Parameters(zeroed: configuration, holding: trained, adapters: adapters)
    secondMoments = try Parameters(zeroed: configuration, holding: trained, adapters: adapters)
  }

  /// The Euclidean norm of all gradients together, before clipping.
  public static func norm(of gradients: Parameters, on workers: Workers) -> Float {
    let sum = gradients.held.tensors.reduce(0.0) {
      $0 + GradientNorm.sumOfSquares(gradients.values(of: $1), on: workers)
    }
    let adapters = gradients.adapters.map { GradientNorm.sumOfSquares($0.values, on: workers) }
    return Float((sum + (adapters ?? 0)).squareRoot())
  }

  /// Lets a step pass without an update, as llm.c does with outliers: t goes on.
  public func skip() { step += 1 }

  /// Makes one update of the tensors and adapters that are trained. Weight decay applies to matrices, or to all
  /// tensors; both factors of an adapter are matrices.
  ///
  /// - Parameters:
  ///   - adapters: The model's, if they are trained.
  ///   - gradients: Of what is trained.
  ///   - gradientNorm: `norm(of:on:)` of these gradients, by which they are clipped.
  public func update(
    _ parameters: Parameters, adapters: LowRankAdapters? = nil, gradients: Parameters, learningRate: Float,
    gradientNorm: Float, on workers: Workers
  ) {
    precondition(gradients.held == firstMoments.held, "gradients of other tensors than are trained")
    let layout = firstMoments.adapters?.layout
    precondition(
      gradients.adapters?.layout == layout && adapters?.layout == layout, "other adapters than are trained")
    step += 1
    func formula(decays: Bool) -> AdamWStep {
      AdamWStep(
        learningRate: learningRate, beta1: settings.beta1, beta2: settings.beta2,
        epsilon: settings.epsilon, weightDecay: decays ? settings.weightDecay : 0,
        gradientScale: settings.maximumGradientNorm.map { min(1, $0 / gradientNorm) } ?? 1, step: step)
    }
    for tensor in firstMoments.held.tensors {
      let decays = settings.decayed == .all || tensor.isMatrix
      AdamW.update(
        parameters: parameters.values(of: tensor), gradients: gradients.values(of: tensor),
        firstMoments: firstMoments.values(of: tensor), secondMoments: secondMoments.values(of: tensor),
        settings: formula(decays: decays), on: workers)
    }
    if let adapters, let gradients = gradients.adapters, let first = firstMoments.adapters,
      let second = secondMoments.adapters
    {
      AdamW.update(
        parameters: adapters.values, gradients: gradients.values, firstMoments: first.values,
        secondMoments: second.values, settings: formula(decays: true), on: workers)
    }
  }
}
