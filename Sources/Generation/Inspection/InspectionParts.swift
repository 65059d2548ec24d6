/// What an inspection keeps of its pass. The more, the more memory: a model's whole inside is many times its text.
///
/// Log-probabilities, what comes next and embeddings need nothing of it.
public struct InspectionParts: Equatable, Sendable {
  /// Positions of which the residual stream is kept, before the first block and behind each: (L + 1)·C values each.
  public var states: Set<Int>
  /// Layers of which queries and keys are kept, 2·T·C values each, so that any head's attention can be computed.
  public var attention: Set<Int>
  /// Layers of which the neurons' activations are kept, T·H values each.
  public var neurons: Set<Int>

  /// What is kept; nothing that is not named.
  public init(states: Set<Int> = [], attention: Set<Int> = [], neurons: Set<Int> = []) {
    self.states = states
    self.attention = attention
    self.neurons = neurons
  }
}
