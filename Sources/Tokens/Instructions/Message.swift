/// A part of a conversation that a model learns to carry on.
public struct Message: Hashable, Sendable {
  /// Who says it, and what it is for.
  public enum Role: String, CaseIterable, Sendable {
    /// What holds for all of the conversation.
    case system
    /// What is asked.
    case user
    /// What a question is about, where it comes apart from it.
    case input
    /// The answer, which is learnt.
    case assistant
  }

  /// Who says it.
  public var role: Role
  /// What is said.
  public var text: String

  /// Something that is said.
  public init(_ role: Role, _ text: String) {
    self.role = role
    self.text = text
  }
}
