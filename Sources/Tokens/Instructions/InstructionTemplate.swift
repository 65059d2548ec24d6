/// The pieces of text that a conversation's messages stand between, so that a model sees who says what.
///
/// After each answer comes the end-of-text token, which is learnt with it: by it a model says that it is done. What is
/// after the assistant's text in a template comes behind that token, and only if the conversation goes on.
public struct InstructionTemplate: Hashable, Sendable {
  /// What stands before a message's text, and after it.
  public struct Marks: Hashable, Sendable {
    /// What comes before the text.
    public var before: String
    /// What comes after it.
    public var after: String

    /// Marks around a text.
    public init(before: String = "", after: String = "") {
      self.before = before
      self.after = after
    }
  }

  /// Around what holds for all of the conversation.
  public var system: Marks
  /// Around what is asked.
  public var user: Marks
  /// Around what a question is about.
  public var input: Marks
  /// Around the answer.
  public var assistant: Marks

  /// A template of marks.
  public init(
    system: Marks = Marks(after: "\n\n"), user: Marks, input: Marks = Marks(after: "\n\n"), assistant: Marks
  ) {
    self.system = system
    self.user = user
    self.input = input
    self.assistant = assistant
  }

  /// Headings as Alpaca's (Taori et al. 2023) without its opening sentences: GPT-2 has no tokens for marks.
  public static let alpaca = InstructionTemplate(
    user: Marks(before: "### Instruction:\n", after: "\n\n"),
    input: Marks(before: "### Input:\n", after: "\n\n"), assistant: Marks(before: "### Response:\n"))

  /// The texts as they are: a prompt, and what completes it.
  public static let plain = InstructionTemplate(
    system: Marks(), user: Marks(), input: Marks(), assistant: Marks())

  /// Those that have a name.
  package static let named = [("alpaca", alpaca), ("plain", plain)]

  /// The marks of a role.
  public subscript(role: Message.Role) -> Marks {
    switch role {
    case .system: system
    case .user: user
    case .input: input
    case .assistant: assistant
    }
  }

  /// Whether something shows where an answer begins, so that there can be more than one.
  package var hasTurns: Bool { !user.after.isEmpty || !assistant.before.isEmpty }
}
