import GPT2BinaryFiles
import GPT2Kernels

/// Which low-rank adapters a model has, and how large they are (LoRA: Hu et al. 2021, arXiv:2106.09685).
///
/// Beside the weight W (out, in) of each target and layer there are A (r, in) and B (out, r), and the layer computes
/// x·(W + s·B·A)ᵀ with s = α ÷ r. Values lie target after target in checkpoint order, layer after layer, A before B.
public struct AdapterLayout: Equatable, Sendable {
  /// Of the model that they are for.
  public let configuration: Configuration
  /// r
  public let rank: Int
  /// α
  public let alpha: Float
  /// Some of the linear layers' weights.
  public let targets: TensorSet

  /// What adapters can be for.
  public static let possibleTargets = TensorSet([.qkvw, .attprojw, .fcw, .fcprojw])

  /// - Throws: `AdapterError` if the rank is not from 1 to C, which is the most that a target's rank can be, if α is
  ///   not positive and finite, or if there is no target or one that is no linear layer's weight.
  public init(
    _ configuration: Configuration, rank: Int, alpha: Float, targets: TensorSet
  ) throws(AdapterError) {
    guard (1...configuration.channels).contains(rank) else {
      throw .rankOutOfRange(found: rank, largest: configuration.channels)
    }
    guard alpha.isFinite, alpha > 0 else { throw .alphaOutOfRange(found: alpha) }
    guard targets != .none, targets.isSubset(of: Self.possibleTargets) else {
      throw .impossibleTargets(found: targets)
    }
    self.configuration = configuration
    self.rank = rank
    self.alpha = alpha
    self.targets = targets
  }

  /// s, which the product of the two factors is multiplied by.
  public var scale: Float { alpha / Float(rank) }

  /// Values of all adapters; `nil` if the count overflows. Their gradients take as many, and each of the two moments.
  public var valueCount: Int? { checkedCount.value }

  /// Values of scratch that passes over so many tokens need besides their activations: (r, B·T), and the transposed
  /// gradient of one B; `nil` if the count overflows.
  package func scratchCount(tokens: Int) -> Int? {
    let most = targets.tensors.map { $0.shape(in: configuration).rows }.max() ?? 0
    return ((CheckedCount(tokens) + most) * rank).value
  }

  /// Values that merged weights of the targets take beside the weights themselves; `nil` if the count overflows.
  package var mergedValueCount: Int? {
    targets.tensors.reduce(CheckedCount(0)) { $0 + $1.checkedCount(in: configuration) }.value
  }

  package var checkedCount: CheckedCount {
    targets.tensors.reduce(CheckedCount(0)) { $0 + layerCount(of: $1) * configuration.layers }
  }

  /// Where A of a target's layer begins, B following it; the count is known not to overflow.
  func offset(of target: ParameterTensor, layer: Int) -> Int {
    let before = targets.tensors.prefix { $0 != target }
    let values = before.reduce(CheckedCount(0)) { $0 + layerCount(of: $1) * configuration.layers }
    guard let offset = (values + layerCount(of: target) * layer).value else {
      preconditionFailure("the values were counted when memory was made for them")
    }
    return offset
  }

  /// Values of A and B of one layer.
  private func layerCount(of target: ParameterTensor) -> CheckedCount {
    let (rows, columns) = target.shape(in: configuration)
    return (CheckedCount(rows) + columns) * rank
  }
}

/// Adapters that cannot be.
public enum AdapterError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A rank below 1 or above C.
  case rankOutOfRange(found: Int, largest: Int)
  /// An α that is not positive and finite.
  case alphaOutOfRange(found: Float)
  /// No target, or one that is no linear layer's weight.
  case impossibleTargets(found: TensorSet)

  public var description: String {
    switch self {
    case .rankOutOfRange(let found, let largest):
      "found rank \(found), expected a value from 1 to the model's \(largest) channels"
    case .alphaOutOfRange(let found): "found alpha \(found), expected a positive, finite number"
    case .impossibleTargets(let found):
      "found adapters for \(found), expected one or more of \(AdapterLayout.possibleTargets)"
    }
  }
}
