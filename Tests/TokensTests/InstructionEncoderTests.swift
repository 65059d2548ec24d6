import TestSupport
import Testing

@testable import GPT2Tokens

/// By the tokenizer of single bytes, so that tokens can be read.
@Suite struct InstructionEncoderTests {
  private func encoder(_ template: InstructionTemplate) throws -> InstructionEncoder {
    try InstructionEncoder(template, .byteLevel)
  }

  /// The tokens as text, "|" for end-of-text, and those that are learnt.
  private func shown(_ example: InstructionExample) -> (all: String, learnt: String) {
    func text(_ tokens: [Int32]) -> String {
      String(decoding: tokens.map { $0 == 256 ? UInt8(ascii: "|") : UInt8($0) }, as: UTF8.self)
    }
    return (text(example.tokens), text(zip(example.tokens, example.isLearnt).filter(\.1).map(\.0)))
  }

  @Test func alpaca() throws {
    let example = try encoder(.alpaca).example(of: [
      Message(.user, "Add."), Message(.input, "1, 1"), Message(.assistant, "2"),
    ])
    let found = shown(example)
    #expect(found.all == "### Instruction:\nAdd.\n\n### Input:\n1, 1\n\n### Response:\n2|")
    #expect(found.learnt == "2|")
    #expect(example.learntCount == 2 && example.length == example.tokens.count - 1)
    #expect(example.targets.count == example.length)
    #expect(example.targets.suffix(2) == [50, 256])
    #expect(example.targets.dropLast(2).allSatisfy { $0 == TokenBatch.ignored })
  }

  /// All answers of a conversation are learnt.
  @Test func turns() throws {
    var template = InstructionTemplate.alpaca
    template.assistant.after = "\n"
    let messages = [
      Message(.system, "S"), Message(.user, "A"), Message(.assistant, "B"), Message(.user, "C"),
      Message(.assistant, "D"),
    ]
    let found = shown(try encoder(template).example(of: messages))
    #expect(
      found.all
        == "S\n\n### Instruction:\nA\n\n### Response:\nB|\n### Instruction:\nC\n\n### Response:\nD|")
    #expect(found.learnt == "B|D|")
    let example = try encoder(template).example(of: messages)
    #expect(try example.prompt == encoder(template).prompt(of: Array(messages.prefix(2))))
  }

  @Test func plainTexts() throws {
    let found = shown(
      try encoder(.plain).example(of: [Message(.user, "1 + 1 ="), Message(.assistant, " 2")]))
    #expect(found.all == "1 + 1 = 2|" && found.learnt == " 2|")
    let alone = shown(try encoder(.plain).example(of: [Message(.user, ""), Message(.assistant, "Once")]))
    #expect(alone.all == "|Once|" && alone.learnt == "Once|")
  }

  /// A model is asked with the same tokens before its answer as it learnt it after.
  @Test(arguments: [InstructionTemplate.alpaca, .plain])
  func aPromptIsHowItsExampleBegins(template: InstructionTemplate) throws {
    let encoder = try encoder(template)
    let first = [Message(.system, "S"), Message(.user, "A")]
    let second = first + [Message(.assistant, "B"), Message(.user, "C")]
    let example = encoder.example(of: second + [Message(.assistant, "D")])
    let prompt = encoder.prompt(of: second)
    #expect(Array(example.tokens.prefix(prompt.count)) == prompt)
    #expect(Array(example.tokens.dropFirst(prompt.count)) == [68, 256])
    // In parts, as a conversation comes.
    let parts =
      encoder.prompt(of: first) + [66, 256] + encoder.prompt(of: [Message(.user, "C")], isGoingOn: true)
    #expect(parts == prompt)
    #expect(try self.encoder(.plain).prompt(of: [Message(.user, "")]).isEmpty)
  }

  @Test func specialTokensAreSpeltOutInTextsAndNotInMarks() throws {
    let template = InstructionTemplate(
      user: .init(after: "<|endoftext|>"), assistant: .init(before: "A:"))
    let found = shown(
      try encoder(template).example(of: [
        Message(.user, "<|endoftext|>"), Message(.assistant, "<|endoftext|>"),
      ]))
    #expect(found.all == "<|endoftext|>|A:<|endoftext|>|")
    #expect(found.learnt == "<|endoftext|>|")
  }
}
