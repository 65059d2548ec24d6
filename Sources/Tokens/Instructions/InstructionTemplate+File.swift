import GPT2BinaryFiles

// As a file: {"user": {"before": "### Instruction:\n", "after": "\n\n"}, "assistant": …}.
extension InstructionTemplate {
  /// The template of a name, or in a file.
  ///
  /// - Throws: As `init(contentsOf:)`.
  public init(named name: String) throws(FileError) {
    if let known = Self.named.first(where: { $0.0 == name }) {
      self = known.1
    } else {
      try self.init(contentsOf: name)
    }
  }

  /// The user's and the assistant's marks must be there. Texts of the other roles have an empty line behind them
  /// where nothing else is said; a mark that is left out is empty.
  ///
  /// - Throws: `FileError` if the file cannot be read, or is no such JSON: a name that is not known is an error, too.
  public init(contentsOf path: String) throws(FileError) {
    let reader = TemplateReader(path: path)
    let object = try JSONParser.object(contentsOf: path)
    var marks: [Message.Role: Marks] = [:]
    for member in object.members {
      guard let role = Message.Role(rawValue: member.key) else {
        throw reader.error("'\(member.key)'", "the roles system, user, input and assistant")
      }
      marks[role] = try reader.marks(member.value, of: role)
    }
    guard let user = marks[.user], let assistant = marks[.assistant] else {
      let missing: Message.Role = marks[.user] == nil ? .user : .assistant
      throw reader.error("no '\(missing.rawValue)'", "the marks of user and assistant")
    }
    self.init(user: user, assistant: assistant)
    if let marks = marks[.system] { system = marks }
    if let marks = marks[.input] { input = marks }
  }

  /// As JSON.
  package var text: String {
    var object = JSONObject()
    for role in Message.Role.allCases {
      var marks = JSONObject()
      _ = marks.append("before", .string(self[role].before))
      _ = marks.append("after", .string(self[role].after))
      _ = object.append(role.rawValue, .object(marks))
    }
    return JSONText.text(of: .object(object)) + "\n"
  }

  /// - Parameter folder: That `path` is in, if it is held.
  /// - Throws: `FileError` if there is such a file that may not be replaced, or it cannot be written.
  package func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    let text = text
    try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(Array(text.utf8))
    }
  }
}

private struct TemplateReader {
  let path: String

  func marks(_ value: JSONValue, of role: Message.Role) throws(FileError) -> InstructionTemplate.Marks {
    guard let object = value.object else {
      throw error("'\(role.rawValue)' that is \(value.summary)", "an object with before and after")
    }
    var marks = InstructionTemplate.Marks()
    for member in object.members {
      guard let text = member.value.string else {
        throw error("'\(member.key)' of \(role.rawValue) that is \(member.value.summary)", "a text")
      }
      switch member.key {
      case "before": marks.before = text
      case "after": marks.after = text
      default: throw error("'\(member.key)' of \(role.rawValue)", "before and after")
      }
    }
    return marks
  }

  func error(_ found: String, _ expected: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: found, expected: expected,
        advice:
          #"a template looks like {"user": {"before": "Q: ", "after": "\n"}, "assistant": {"before": "A: "}}"#
      ))
  }
}
