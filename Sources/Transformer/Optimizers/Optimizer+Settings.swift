extension Optimizer {
  /// The rule for linear layers' weights; all else is AdamW's in any case.
  public enum Method: String, CaseIterable, Sendable {
    case adamW = "adamw"
    case muon
    case norMuon = "normuon"

    /// The tensors whose updates are made orthogonal, matrix by matrix.
    public var orthogonalised: TensorSet { self == .adamW ? .none : AdapterLayout.possibleTargets }
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

    /// The rule of a tensor, or of adapters.
    func rule(for tensor: ParameterTensor?) -> any UpdateRule {
      guard let tensor, method.orthogonalised.contains(tensor) else {
        return AdamWRule(beta1: beta1, beta2: beta2, epsilon: epsilon)
      }
      return switch method {
      case .adamW: AdamWRule(beta1: beta1, beta2: beta2, epsilon: epsilon)
      case .muon: MuonRule(momentum: momentum)
      case .norMuon: NorMuonRule(momentum: momentum, beta2: beta2)
      }
    }
  }
}
