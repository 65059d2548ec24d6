/// What drafts were good for.
package struct DraftCounts: Equatable, Sendable, Encodable {
  /// Tokens that were proposed.
  package private(set) var proposed = 0
  /// Those that texts went on with.
  package private(set) var accepted = 0
  /// Passes that read a single token of a text, or a draft with it.
  package private(set) var passes = 0
  /// Tokens that these wrote.
  package private(set) var tokens = 0

  /// How many tokens a pass wrote on average.
  package var tokensPerPass: Double { passes == 0 ? 0 : Double(tokens) / Double(passes) }

  mutating func checked(proposed: Int, accepted: Int, tokens: Int) {
    self.proposed += proposed
    self.accepted += accepted
    self.tokens += tokens
    passes += 1
  }
}
