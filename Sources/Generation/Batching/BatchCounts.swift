/// What a batch has done so far.
struct BatchCounts: Equatable, Sendable {
  /// Tokens of prompts that were read.
  var promptTokens = 0
  /// Tokens of prompts that were not read, as another text with the same beginning had read them.
  var sharedPromptTokens = 0
  /// Tokens that were written.
  var tokens = 0
  /// What the draft was good for, if there is one.
  var drafts: DraftCounts?
}
