/// What a forward pass leaves behind for the backward pass, with every shape.
enum ActivationTensor: Int, CaseIterable {
  /// The residual stream before each layer and after the last: L + 1 times (B·T, C).
  case residual
  case ln1, ln1Means, ln1Rstd
  case qkv, logSumExp, attention
  /// The residual stream between attention and the feed-forward part.
  case residualMiddle
  case ln2, ln2Means, ln2Rstd
  case fch, fchgelu
  case lnf, lnfMeans, lnfRstd

  /// The shape of one layer's tensor.
  func shape(in configuration: Configuration, tokens: Int) -> (rows: Int, columns: Int) {
    let C = configuration.channels
    return switch self {
    case .residual, .ln1, .attention, .residualMiddle, .ln2, .lnf: (tokens, C)  // (B·T, C)
    case .qkv: (tokens, 3 * C)  // (B·T, 3C)
    case .fch, .fchgelu: (tokens, 4 * C)  // (B·T, 4C)
    case .logSumExp: (configuration.heads, tokens)  // (NH · B, T), the same count
    case .ln1Means, .ln1Rstd, .ln2Means, .ln2Rstd, .lnfMeans,
      .lnfRstd:
      (1, tokens)  // (1, B·T)
    }
  }

  /// How many of it are kept: one for each layer when a backward pass follows that does not compute it again,
  /// otherwise as few as the pass can do with.
  func copies(
    in configuration: Configuration, keepingForBackward: Bool, recomputing: Recomputation
  ) -> Int {
    let layers = configuration.layers
    return switch self {
    case .lnf, .lnfMeans, .lnfRstd: 1
    case .residual: keepingForBackward ? layers + 1 : 2
    case .fchgelu: keepingForBackward && recomputing == .nothing ? layers : 1
    case .ln1, .ln2: keepingForBackward && recomputing != .geluAndNorms ? layers : 1
    default: keepingForBackward ? layers : 1
    }
  }
}
