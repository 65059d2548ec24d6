import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

/// What transformers wrote of Tests/Fixtures/tokenizer/small.bin: in model/ as tokenizer.json, in sharded/ as
/// vocab.json and merges.txt (dev/reference/make_huggingface.py).
@Suite struct HuggingFaceTokenizerTests {
  private static let whole = TestFiles.fixture("huggingface/model")
  private static let parts = TestFiles.fixture("huggingface/sharded")

  private struct Expected: Decodable {
    let texts: [Fixtures.Vector]
  }

  @Test(arguments: [whole, parts, whole + "/"])
  func theTokensAreThoseOfLLMC(folder: String) throws {
    let reference = try Fixtures.smallTokenizer()
    #expect(Tokenizer.isInHuggingFaceFolder(folder))
    expectSame(try Tokenizer(huggingFaceFolder: folder), reference)
  }

  @Test(arguments: [whole, parts])
  func textsBecomeTheTokensOfTransformers(folder: String) throws {
    let url = URL(fileURLWithPath: TestFiles.fixture("huggingface/expected.json"))
    let texts = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url)).texts
    #expect(texts.count == 5)
    let tokenizer = try Tokenizer(huggingFaceFolder: folder)
    for vector in texts { #expect(try tokenizer.encode(vector.text) == vector.ids) }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let reference = try Fixtures.smallTokenizer()
    let folder = try TokenizerFolder(of: reference)
    expectSame(try Tokenizer(huggingFaceFolder: folder.path), reference)
    let byteLevel = try TokenizerFolder(of: .byteLevel)
    expectSame(try Tokenizer(huggingFaceFolder: byteLevel.path), .byteLevel)
  }

  /// The same as transformers' files, as Foundation reads them.
  @Test func whatIsWrittenIsWhatTransformersHas() throws {
    let folder = try TokenizerFolder(of: try Fixtures.smallTokenizer(), isWhole: true)
    #expect(
      try folder.directory.names() == [
        "merges.txt", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
      ])
    let merges = try String(contentsOfFile: folder.file("merges.txt"), encoding: .utf8)
    #expect(merges == (try String(contentsOfFile: Self.parts + "/merges.txt", encoding: .utf8)))
    func vocabulary(_ path: String) throws -> [String: Int] {
      try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
    #expect(try vocabulary(folder.file("vocab.json")) == vocabulary(Self.parts + "/vocab.json"))
  }

  @Test(.enabled(if: Fixtures.gpt2Path != nil, "needs data/gpt2_tokenizer.bin"))
  func gpt2sOwnThereAndBack() throws {
    let reference = try Tokenizer(contentsOf: try #require(Fixtures.gpt2Path))
    let folder = try TokenizerFolder(of: reference)
    expectSame(try Tokenizer(huggingFaceFolder: folder.path), reference)
  }

  /// A token that was added for padding, as old and new versions have it.
  @Test func addedTokens() throws {
    for settings in [
      ["added_tokens.json": #"{"<|pad|>": 757}"#],
      ["tokenizer_config.json": #"{"added_tokens_decoder": {"757": {"content": "<|pad|>"}}}"#],
    ] {
      let folder = try TokenizerFolder(of: try Fixtures.smallTokenizer())
      try folder.removeSettings()
      for (name, text) in settings { try folder.write(text, to: name) }
      let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
      #expect(tokenizer.vocabularySize == 758)
      #expect(tokenizer.endOfText == 756)
      #expect(tokenizer.decode([757]) == Array("<|pad|>".utf8))
      #expect(try tokenizer.encode("a<|pad|>") == [64, 757])
    }
  }

  @Test func anotherEndOfText() throws {
    let folder = try TokenizerFolder(of: try Fixtures.smallTokenizer())
    try folder.removeSettings()
    try folder.replace("<|endoftext|>", by: "</s>", in: "vocab.json")
    try folder.write(#"{"eos_token": {"content": "</s>"}}"#, to: "tokenizer_config.json")
    let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
    #expect(tokenizer.endOfText == 756)
    #expect(tokenizer.decode([756]) == Array("</s>".utf8))
  }

  private func expectSame(_ tokenizer: Tokenizer, _ reference: Tokenizer) {
    #expect(tokenizer.vocabularySize == reference.vocabularySize)
    #expect(tokenizer.endOfText == reference.endOfText)
    guard tokenizer.vocabularySize == reference.vocabularySize else { return }
    for id in 0..<reference.vocabularySize {
      #expect(tokenizer.decode([id]) == reference.decode([id]))
    }
  }
}
