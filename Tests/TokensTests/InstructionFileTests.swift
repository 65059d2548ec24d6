import GPT2BinaryFiles
import TestSupport
import Testing
import GPT2Tokens

@Suite struct InstructionFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ text: String) throws -> String {
    try directory.write(Array(text.utf8), to: "set.jsonl")
  }

  private func records(_ text: String) throws -> [[Message]] {
    try InstructionFile(contentsOf: file(text)).records.map(\.messages)
  }

  @Test func promptAndCompletion() throws {
    let found = try InstructionFile(contentsOf: file(#"{"prompt": "1 + 1 =", "completion": " 2"}"#))
    #expect(found.records.map(\.messages) == [[Message(.user, "1 + 1 ="), Message(.assistant, " 2")]])
    #expect(found.usualTemplate == .plain)
  }

  @Test func instructionInputAndOutput() throws {
    let text = """
      {"instruction": "Add.", "input": "1, 1", "output": "2"}
      {"instruction": "Wave.", "input": "", "output": "Hello."}
      {"instruction": "Wave.", "input": null, "output": "Hello!"}
      {"output": "Hello?", "instruction": "Wave."}
      """
    let waves = ["Hello.", "Hello!", "Hello?"].map { [Message(.user, "Wave."), Message(.assistant, $0)] }
    #expect(
      try records(text)
        == [[Message(.user, "Add."), Message(.input, "1, 1"), Message(.assistant, "2")]] + waves)
    #expect(try InstructionFile(contentsOf: file(text)).usualTemplate == .alpaca)
  }

  /// What comes after the last answer is left out.
  @Test func messages() throws {
    let text = """
      {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "A?"}, \
      {"role": "assistant", "content": "B."}, {"role": "user", "content": "C?"}, \
      {"role": "assistant", "content": "D.", "weight": 1}, {"role": "user", "content": "Thanks."}]}
      """
    #expect(
      try records(text) == [
        [
          Message(.system, "Be brief."), Message(.user, "A?"), Message(.assistant, "B."),
          Message(.user, "C?"),
          Message(.assistant, "D."),
        ]
      ])
  }

  @Test func lineEndsOfWindowsEmptyLinesMarksAndUnknownFields() throws {
    let text =
      "\u{FEFF}\r\n{\"prompt\": \"a\\r\\n\", \"completion\": \"b\", \"id\": [1]}\r\n \t\r\n{\"completion\":\"d\",\"prompt\":\"c\"}"
    #expect(
      try records(text)
        == [
          [Message(.user, "a\r\n"), Message(.assistant, "b")],
          [Message(.user, "c"), Message(.assistant, "d")],
        ]
    )
  }

  @Test func halfACharacterBecomesAReplacement() throws {
    #expect(
      try records(#"{"prompt": "\ud83d", "completion": "\ud83d\ude42"}"#)
        == [[Message(.user, "\u{FFFD}"), Message(.assistant, "🙂")]])
  }

  @Test func examplesWithAnEmptyAnswerAreLeftOut() throws {
    let found = try InstructionFile(
      contentsOf: file(
        """
        {"prompt": "a", "completion": ""}
        {"prompt": "b", "completion": "c"}
        {"messages": [{"role": "assistant", "content": ""}]}
        """))
    #expect(found.records.count == 1 && found.emptyAnswers == 2)
  }

  @Test func whatIsThereTwiceAndWhatIsOfAnotherShape() throws {
    let found = try InstructionFile(
      contentsOf: file(
        """
        {"prompt": "b", "completion": "c"}
        {"instruction": "b", "output": "c"}
        {"prompt": "b", "completion": "d"}
        """))
    #expect(found.duplicates == 1 && found.othersCount == 1)
    #expect(found.usualTemplate == .plain)
  }

  private static let good = #"{"prompt": "a", "completion": "b"}"# + "\n\n"

  /// The third line is not as it should be.
  @Test(
    arguments: [
      ("{\"prompt\": \"a\"", "the end of the line", "',' or '}'"),
      (#"{"prompt": "a", "completion": "b"} and more"#, "and more", "the end of the line"),
      ("[1]", "an array", "a JSON object on each line"),
      ("\"text\"", "'text'", "a JSON object on each line"),
      ("{}", "an empty object", "\"prompt\" and \"completion\""),
      (#"{"prompt": "a"}"#, "the fields \"prompt\"", "\"prompt\" and \"completion\""),
      (#"{"instruction": "a", "input": "b"}"#, "the fields \"instruction\", \"input\"", "\"output\""),
      (#"{"text": "a"}"#, "the fields \"text\"", "\"messages\""),
      (#"{"prompt": "a", "completion": "b", "messages": []}"#, "\"messages\"", "only one of "),
      (#"{"prompt": "a", "prompt": "b", "completion": "c"}"#, "prompt a second time", "each name once"),
      (#"{"prompt": 7, "completion": "b"}"#, "\"prompt\" that is 7", "a text"),
      (#"{"prompt": "a", "completion": null}"#, "\"completion\" that is null", "a text"),
      (#"{"instruction": "a", "input": ["b"], "output": "c"}"#, "\"input\" that is an array", "a text"),
      (#"{"messages": {}}"#, "\"messages\" that is an object", "an array of messages"),
      (#"{"messages": []}"#, "messages without an answer", "at least one of the assistant's"),
      (#"{"messages": ["a"]}"#, "message 1 that is 'a'", "an object with role and content"),
      (#"{"messages": [{"content": "a"}]}"#, "message 1 with role missing", "system, user or assistant"),
      (#"{"messages": [{"role": "tool", "content": "a"}]}"#, "role 'tool'", "system, user or assistant"),
      (#"{"messages": [{"role": "user"}]}"#, "no \"content\"", "a text"),
      (#"{"messages": [{"role": "user", "content": []}]}"#, "\"content\" that is an array", "a text"),
      (
        #"{"messages": [{"role": "user", "content": "a"}]}"#, "messages without an answer",
        "at least one of the assistant's"
      ),
    ])
  func malformedLines(line: String, found: String, expected: String) throws {
    let path = try file(Self.good + line + "\n" + Self.good)
    guard
      case .unparsableText(3, let saw, let wanted) = expectFileError(
        path, { _ = try InstructionFile(contentsOf: path) })
    else {
      Issue.record("another error")
      return
    }
    #expect(saw.contains(found) && wanted.contains(expected), "\(saw) | \(wanted)")
  }

  @Test func lineThatIsNoUTF8() throws {
    // One byte in many: more would be no text at all.
    let rest = Array(("\"}\n" + String(repeating: Self.good, count: 300)).utf8)
    let path = try directory.write(
      Array((Self.good + #"{"completion": "a", "prompt": ""#).utf8) + [0xFF] + rest, to: "bytes.jsonl")
    guard
      case .unparsableText(3, _, "UTF-8") = expectFileError(
        path, { _ = try InstructionFile(contentsOf: path) })
    else {
      Issue.record("another error")
      return
    }
  }

  @Test(arguments: ["", "\n \n", #"{"prompt": "a", "completion": ""}"#])
  func nothingToLearnFrom(text: String) throws {
    let path = try file(text)
    guard case .mismatch = expectFileError(path, { _ = try InstructionFile(contentsOf: path) }) else {
      Issue.record("another error")
      return
    }
  }

  /// As Alpaca's own data come.
  @Test func anArray() throws {
    let path = try file("\n [\n" + #"{"instruction": "a", "output": "b"}"# + "\n]")
    guard
      case .mismatch("one JSON array", _, let advice) = expectFileError(
        path, { _ = try InstructionFile(contentsOf: path) })
    else {
      Issue.record("another error")
      return
    }
    #expect(advice.contains("jq -c '.[]'"))
    #expect(!InstructionFile.isOne(path))
  }

  @Test func filesThatAreNone() throws {
    let missing = directory.file("missing.jsonl")
    #expect(expectFileError(missing) { _ = try InstructionFile(contentsOf: missing) } == .notFound)
    let model = TestFiles.fixture("tiny.bin")
    guard case .mismatch = expectFileError(model, { _ = try InstructionFile(contentsOf: model) }) else {
      Issue.record("another error")
      return
    }
  }

  @Test func aFirstLookTells() throws {
    for name in ["pairs", "instructions", "messages"] {
      #expect(InstructionFile.isOne(TestFiles.fixture("instructions/\(name).jsonl")))
    }
    #expect(InstructionFile.isOne(try file("\u{FEFF}\r\n" + Self.good + "no JSON")))
    #expect(!InstructionFile.isOne(try file(#"{"text": "a"}"# + "\n" + Self.good)))
    #expect(!InstructionFile.isOne(try file("Once upon a time")))
    #expect(!InstructionFile.isOne(try file("")))
    #expect(!InstructionFile.isOne(TestFiles.fixture("tiny.bin")))
    #expect(!InstructionFile.isOne(directory.file("missing.jsonl")))
    #expect(!InstructionFile.isOne(directory.path))
  }

  /// Copies stay together, and every record is in one part.
  @Test func heldOutExamples() throws {
    let lines = (0..<40).map { #"{"prompt": "\#($0 / 2)", "completion": "a"}"# }.joined(separator: "\n")
    let found = try InstructionFile(contentsOf: file(lines))
    let parts = try found.split(holdingOut: 0.25, seed: 7)
    #expect(parts.validation.count == 10 && parts.training.count == 30)
    let asked = [parts.training, parts.validation].map { Set($0.map { $0.messages[0].text }) }
    #expect(asked[0].isDisjoint(with: asked[1]))
    #expect(try found.split(holdingOut: 0.25, seed: 7).validation == parts.validation)
    #expect(try found.split(holdingOut: 0.25, seed: 8).validation != parts.validation)
    #expect(try found.split(holdingOut: 0.001, seed: 7).validation.count == 2)
    #expect(try found.split(holdingOut: 0.999, seed: 7).training.count == 2)
    let one = try InstructionFile(contentsOf: file(Self.good + Self.good))
    expectFileError(one.path) { _ = try one.split(holdingOut: 0.5, seed: 1) }
  }
}
