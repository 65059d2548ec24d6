/// A part of a conversation that a model learns to carry on.
public struct Message: Hashable, Sendable {
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

  public var role: Role
  public var text: String

  public init(_ role: Role, _ text: String) {
    self.role = role
    self.text = text
  }
}
