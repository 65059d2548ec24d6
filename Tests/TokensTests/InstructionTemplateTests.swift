import GPT2BinaryFiles
import TestSupport
import Testing
import GPT2Tokens

@Suite struct InstructionTemplateTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    InstructionTemplate.alpaca, .plain,
    InstructionTemplate(
      system: .init(before: "\"\\\n", after: "é"), user: .init(after: "\t"), assistant: .init(before: "A: ")),
  ])
  func aFileGivesItBack(template: InstructionTemplate) throws {
    let path = directory.file("template.json")
    try template.write(to: path, replacing: false)
    #expect(try InstructionTemplate(contentsOf: path) == template)
    #expect(expectFileError(path) { try template.write(to: path, replacing: false) } == .alreadyExists)
    try template.write(to: path, replacing: true)
  }

  @Test func whatIsLeftOut() throws {
    let path = try directory.write(
      Array(#"{"user": {"before": "Q: ", "after": "\n"}, "assistant": {}}"#.utf8), to: "short.json")
    #expect(
      try InstructionTemplate(named: path)
        == InstructionTemplate(
          system: .init(after: "\n\n"), user: .init(before: "Q: ", after: "\n"), input: .init(after: "\n\n"),
          assistant: .init()))
  }

  @Test func names() throws {
    #expect(try InstructionTemplate(named: "alpaca") == .alpaca)
    #expect(try InstructionTemplate(named: "plain") == .plain)
    #expect(expectFileError("chatml") { _ = try InstructionTemplate(named: "chatml") } == .notFound)
    #expect(InstructionTemplate.alpaca.hasTurns && !InstructionTemplate.plain.hasTurns)
  }

  @Test(arguments: [
    (#"[]"#, "an array"), (#"{"assistant": {}}"#, "no 'user'"), (#"{"user": {}}"#, "no 'assistant'"),
    (#"{"user": {}, "assistant": {}, "tool": {}}"#, "'tool'"),
    (#"{"user": "Q: ", "assistant": {}}"#, "'user' that is 'Q: '"),
    (#"{"user": {"before": 1}, "assistant": {}}"#, "'before' of user that is 1"),
    (#"{"user": {"beforehand": ""}, "assistant": {}}"#, "'beforehand' of user"),
  ])
  func malformedTemplates(text: String, found: String) throws {
    let path = try directory.write(Array(text.utf8), to: "template.json")
    guard
      case .mismatch(let saw, _, _) = expectFileError(path, { _ = try InstructionTemplate(contentsOf: path) })
    else {
      Issue.record("another error")
      return
    }
    #expect(saw.contains(found), "\(saw)")
  }

  @Test func textThatIsNoJSON() throws {
    let path = try directory.write(Array("Q: A:".utf8), to: "template.json")
    guard
      case .unparsableText(1, _, _) = expectFileError(path, { _ = try InstructionTemplate(contentsOf: path) })
    else {
      Issue.record("another error")
      return
    }
  }
}
