import Kernels

/// Changes what is trained of a model by its gradients: AdamW (Loshchilov & Hutter 2019) as llm.c's `gpt2_update`
/// does it, or Muon for the linear layers' weights and AdamW for all else.
public final class Optimizer {
  public enum Method: String, CaseIterable, Sendable {
    case adamW = "adamw"
    case muon
  }

  public struct Settings: Equatable, Sendable {
    public var method: Method
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    /// Muon's μ.
    public var momentum: Float
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
      method: Method = .adamW, beta1: Float = 0.9, beta2: Float = 0.95, epsilon: Float = 1e-8,
      momentum: Float = 0.95, weightDecay: Float = 0, decayed: DecayedTensors = .matrices,
      maximumGradientNorm: Float? = 1
    ) {
      self.method = method
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.momentum = momentum
      self.weightDecay = weightDecay
      self.decayed = decayed
      self.maximumGradientNorm = maximumGradientNorm
    }
  }

  public let settings: Settings
  /// AdamW's m, or Muon's momentum.
  public let firstMoments: Parameters
  /// AdamW's v, of the tensors that it updates.
  public let secondMoments: Parameters
  /// Steps made so far, those whose update was left out included: t in the bias corrections.
  public package(set) var step = 0
  /// Updates that the moments are of from before the run: they count in t as well.
  public package(set) var updatesBefore = 0

  /// - Parameters:
  ///   - trained: The tensors that there are moments for, and that updates change.
  ///   - adapters: The adapters likewise; AdamW updates them in any case.
  /// - Throws: `AllocationError` if the moments do not fit in memory.
  public init(
    _ configuration: Configuration, training trained: TensorSet = .all, adapters: AdapterLayout? = nil,
    settings: Settings
  ) throws(AllocationError) {
    self.settings = settings
    firstMoments = try Parameters(zeroed: configuration, holding: trained, adapters: adapters)
    let squared = trained.subtracting(settings.method.orthogonalised)
    secondMoments = try Parameters(zeroed: configuration, holding: squared, adapters: adapters)
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

  /// Makes one update of the tensors and adapters that are trained. Weight decay applies to matrices, or to all
  /// tensors; both factors of an adapter are matrices.
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
    precondition(gradients.present == firstMoments.present, "gradients of other tensors than are trained")
    let layout = firstMoments.adapters?.layout
    precondition(
      gradients.adapters?.layout == layout && adapters?.layout == layout, "other adapters than are trained")
    step += 1
    let scale = settings.maximumGradientNorm.map { min(1, $0 / gradientNorm) } ?? 1
    for tensor in firstMoments.present.tensors {
      let decay = settings.decayed == .all || tensor.isMatrix ? settings.weightDecay : 0
      guard secondMoments.present.contains(tensor) else {
        let step = MuonStep(
          learningRate: learningRate, momentum: settings.momentum, weightDecay: decay, gradientScale: scale)
        orthogonalise(tensor, of: parameters, gradients, step, precision, on: workers)
        continue
      }
      AdamW.update(
        parameters: parameters.values(of: tensor), gradients: gradients.values(of: tensor),
        firstMoments: firstMoments.values(of: tensor), secondMoments: secondMoments.values(of: tensor),
        settings: adamW(learningRate: learningRate, decay: decay, scale: scale), on: workers)
    }
    if let adapters, let gradients = gradients.adapters, let first = firstMoments.adapters,
      let second = secondMoments.adapters
    {
      AdamW.update(
        parameters: adapters.values, gradients: gradients.values, firstMoments: first.values,
        secondMoments: second.values,
        settings: adamW(learningRate: learningRate, decay: settings.weightDecay, scale: scale), on: workers)
    }
  }

  private func adamW(learningRate: Float, decay: Float, scale: Float) -> AdamWStep {
    AdamWStep(
      learningRate: learningRate, beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
      weightDecay: decay, gradientScale: scale, step: updatesBefore + step)
  }

  /// Muon's update of a tensor, matrix by matrix: query, key and value weights are three that only lie together.
  private func orthogonalise(
    _ tensor: ParameterTensor, of parameters: Parameters, _ gradients: Parameters, _ step: MuonStep,
    _ precision: Precision, on workers: Workers
  ) {
    let parts = Method.matrices(in: tensor)
    for layer in 0..<tensor.layers(in: parameters.configuration) {
      let rows = tensor.shape(in: parameters.configuration).rows / parts
      for part in 0..<parts {
        func matrix(_ values: Parameters) -> Matrix {
          values[tensor, layer].rows(part * rows..<(part + 1) * rows)
        }
        Muon.update(
          weight: matrix(parameters), gradient: matrix(gradients), momentum: matrix(firstMoments),
          settings: step, precision: precision, on: workers)
      }
    }
  }
}

extension Optimizer.Method {
  /// The tensors whose updates Muon makes orthogonal, and which have no second moments then.
  public var orthogonalised: TensorSet {
    switch self {
    case .adamW: .none
    case .muon: AdapterLayout.possibleTargets
    }
  }

  /// How many matrices a layer's tensor is made of.
  fileprivate static func matrices(in tensor: ParameterTensor) -> Int { tensor == .qkvw ? 3 : 1 }

  /// Values of scratch that an update needs; `nil` if the count overflows.
  public func scratchCount(for configuration: Configuration) -> Int? {
    orthogonalised.tensors.compactMap { tensor -> Int? in
      // The largest model whose weights can be counted has matrices that can.
      guard tensor.count(in: configuration) != nil else { return nil }
      let (rows, columns) = tensor.shape(in: configuration)
      return Muon.scratchValues(rows: rows / Self.matrices(in: tensor), columns: columns)
    }.max() ?? 0
  }
}
