import GPT2Kernels

/// A place in a pass at which what it has computed so far can be looked at.
///
/// R is the rows of the pass: the tokens of all its sequences, one after the other.
enum PassStage: Hashable {
  /// The residual stream, (R, C), before the first block.
  case embedded
  /// Queries, keys and values of a layer, (R, 3C); queries are multiplied by the variant's factor already.
  case projected(layer: Int)
  /// What is between the two linear layers of a feed-forward part, behind the activation, (R, H).
  case activated(layer: Int)
  /// The residual stream, (R, C), behind a block.
  case block(layer: Int)
}

/// Looks at the values of a stage, which are valid until it returns and are not to be changed.
typealias PassObserver = (_ stage: PassStage, _ values: Matrix) -> Void
