import GPT2BinaryFiles

/// One line of an instruction file.
package struct InstructionRecord: Equatable, Sendable {
  /// How a line says who says what.
  package enum Shape: String, CaseIterable, Sendable {
    /// "prompt" and "completion", as they are.
    case pair
    /// "instruction", maybe "input", and "output".
    case instruction
    /// "messages", each with "role" and "content".
    case messages

    /// What must be there.
    var fields: [String] {
      switch self {
      case .pair: ["prompt", "completion"]
      case .instruction: ["instruction", "output"]
      case .messages: ["messages"]
      }
    }
  }

  package let shape: Shape
  /// The last is an answer; none of the answers is empty.
  package let messages: [Message]

  /// What lines may look like, for errors.
  static let expected =
    #""prompt" and "completion", "instruction" and "output" (with or without "input"), or "messages""#

  static func shapes(of object: JSONObject) -> [Shape] {
    Shape.allCases.filter { $0.fields.allSatisfy { object[$0] != nil } }
  }
}

/// Reads the record on one line, which is named in errors.
struct InstructionRecordReader {
  let path: String
  /// Counted from 1.
  let number: Int

  /// - Returns: `nil` if an answer is empty, so that there is nothing to learn.
  /// - Throws: `FileError` with the line if it is no JSON object of one of the shapes.
  func record(in line: ArraySlice<UInt8>) throws(FileError) -> InstructionRecord? {
    let object = try JSONParser.object(line: line, number: number, path: path)
    let shapes = InstructionRecord.shapes(of: object)
    guard let shape = shapes.first, shapes.count == 1 else {
      let keys = object.members.map { JSONText.quoted($0.key) }.joined(separator: ", ")
      throw error(
        object.members.isEmpty ? "an empty object" : "the fields \(keys)",
        (shapes.isEmpty ? "" : "only one of ") + InstructionRecord.expected)
    }
    var messages: [Message]
    switch shape {
    case .pair:
      messages = [
        Message(.user, try text("prompt", of: object)),
        Message(.assistant, try text("completion", of: object)),
      ]
    case .instruction:
      messages = [Message(.user, try text("instruction", of: object))]
      if let input = object["input"], input != .null, input != .string("") {
        messages.append(Message(.input, try text("input", of: object)))
      }
      messages.append(Message(.assistant, try text("output", of: object)))
    case .messages: messages = try self.messages(of: object)
    }
    let isAnswered = messages.allSatisfy { $0.role != .assistant || !$0.text.isEmpty }
    return isAnswered ? InstructionRecord(shape: shape, messages: messages) : nil
  }

  /// Up to the last answer: there is nothing to learn of what comes after it.
  private func messages(of object: JSONObject) throws(FileError) -> [Message] {
    guard let list = object["messages"]?.array else {
      throw error("\"messages\" that is \(object["messages"]?.summary ?? "missing")", "an array of messages")
    }
    var messages: [Message] = []
    for (index, value) in list.enumerated() {
      guard let member = value.object else {
        throw error("message \(index + 1) that is \(value.summary)", "an object with role and content")
      }
      guard let name = member["role"]?.string, let role = Self.roles[name] else {
        throw error(
          "message \(index + 1) with role \(member["role"]?.summary ?? "missing")",
          "system, user or assistant")
      }
      messages.append(Message(role, try text("content", of: member)))
    }
    guard let last = messages.lastIndex(where: { $0.role == .assistant }) else {
      throw error("messages without an answer", "at least one of the assistant's")
    }
    return Array(messages[...last])
  }

  private static let roles: [String: Message.Role] = [
    "system": .system, "user": .user, "assistant": .assistant,
  ]

  private func text(_ field: String, of object: JSONObject) throws(FileError) -> String {
    guard let value = object[field] else { throw error("no \"\(field)\"", "a text") }
    guard let text = value.string else { throw error("\"\(field)\" that is \(value.summary)", "a text") }
    return text
  }

  private func error(_ found: String, _ expected: String) -> FileError {
    FileError(path, .unparsableText(line: number, found: found, expected: expected))
  }
}
