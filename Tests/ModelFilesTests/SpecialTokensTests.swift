import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Tokens

/// Added tokens with every flag, made by transformers, and what `tokenizers` makes of awkward texts with them
/// (dev/reference/make_special_tokens.py).
@Suite struct SpecialTokensTests {
  private struct Case: Decodable {
    let text: String
    let ids: [Int]
    let plain: [Int]
  }

  private static let folder = TestFiles.fixture("special_tokens/model")
  private let cases: [Case]

  init() throws {
    let url = URL(fileURLWithPath: TestFiles.fixture("special_tokens/expected.json"))
    cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    try #require(cases.count > 300)
  }

  @Test func textsBecomeTheTokensOfTokenizers() throws {
    try expectAll(try Tokenizer.read(Self.folder))
  }

  /// Every way from a tokenizer to files and back.
  @Test func whatIsWrittenGivesTheSameTokens() throws {
    let reference = try Tokenizer.read(Self.folder)
    let written = try TokenizerFolder(of: reference, isWhole: true)
    try expectAll(try Tokenizer.read(written.path))
    try expectAll(try Tokenizer.read(written.file("tokenizer.json")))
    try expectAll(try Tokenizer.read(written.file("vocab.json")))
    try FileManager.default.removeItem(atPath: written.file("tokenizer.json"))
    try expectAll(try Tokenizer.read(written.path))
    let gguf = written.file("tokenizer.gguf")
    try GGUFWriter.write(
      to: gguf, replacing: false, metadata: try reference.ggufMetadata(), tensors: []
    ) { _, _ in }
    let back = try Tokenizer.read(gguf)
    try expectAll(back)
    #expect(back.addedTokens == reference.addedTokens)
    #expect(back.specialTokens == reference.specialTokens)
  }

  @Test func rolesAndFlags() throws {
    let tokenizer = try Tokenizer.read(Self.folder)
    #expect(tokenizer.parsesSpecialTokens)
    #expect(tokenizer.endOfText == 756)
    #expect(tokenizer.specialTokens[.pad] == 769)
    #expect(tokenizer.specialTokens[.mask] == 761)
    #expect(tokenizer.specialTokens[.cls] == nil)
    #expect(tokenizer.addedTokens.map(\.id) == Array(756...769))
    let mask = try #require(tokenizer.addedTokens.first { $0.content == "[MASK]" })
    #expect(mask.isSpecial && mask.lstrip && !mask.rstrip && !mask.isSingleWord)
    #expect(tokenizer.decode([765]) == Array("日本<é>".utf8))
    #expect(!tokenizer.isSpecial(757) && tokenizer.isSpecial(769))
  }

  /// A corpus is cut into blocks: never so that a token is missed, for blocks of any size.
  @Test(arguments: [1, 2, 3, 7, 64])
  func blocksGiveTheTokensOfTheWhole(size: Int) throws {
    let tokenizer = try Tokenizer.read(Self.folder)
    let directory = try TemporaryDirectory()
    for parses in [true, false] {
      for test in cases.prefix(200) where !test.text.isEmpty {
        let path = try directory.write(Array(test.text.utf8), to: "text.txt")
        let corpus = try Corpus(
          [.file(path)], documents: .file, tokenizer: tokenizer, parsingSpecialTokens: parses, blockSize: size
        )
        var ids: [Int] = []
        _ = try corpus.forEachBlock(threads: 1, isInterrupted: { false }) { block in
          ids += block.tokens.map(Int.init)
        }
        #expect(ids.dropFirst() == (parses ? test.ids : test.plain)[...], "\(test.text.debugDescription)")
      }
    }
  }

  /// llm.c's file holds no flags, but which token ends a text.
  @Test func endOfTextOfLLMCIsParsedWhenAskedFor() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    #expect(!tokenizer.parsesSpecialTokens)
    #expect(try tokenizer.encode("a<|endoftext|>b", parsingSpecialTokens: true) == [64, 756, 65])
    #expect(try !tokenizer.encode("a<|endoftext|>b").contains(756))
  }

  /// `tokenizers` gives [264] for "a", [264, 756, 280, 756] for the second, [220, 198, 64] for the last.
  @Test func aSpaceBeforeEveryText() throws {
    let folder = try TokenizerFolder(of: try Fixtures.smallTokenizer())
    try folder.replace(
      "\"add_prefix_space\": false", by: "\"add_prefix_space\": true", in: "tokenizer_config.json")
    let tokenizer = try Tokenizer.read(folder.path)
    #expect(try tokenizer.encode("") == [])
    #expect(try tokenizer.encode("a") == [264])
    #expect(try tokenizer.encode(" a") == [264])
    #expect(
      try tokenizer.encode("a<|endoftext|>b<|endoftext|>", parsingSpecialTokens: true) == [
        264, 756, 280, 756,
      ])
    #expect(try tokenizer.encode("\na") == [220, 198, 64])
    let written = try TokenizerFolder(of: tokenizer, isWhole: true)
    #expect(try Tokenizer.read(written.path).encode("a") == [264])
    #expect(throws: FileError.self) { _ = try tokenizer.ggufMetadata() }
  }

  /// A vocabulary of letters: what an added token stands for needs no bytes of its own.
  @Test func addedTokensNeedNoBytes() throws {
    var vocabulary = Vocabulary()
    for text in ["a", "b", "<s>"] { vocabulary.append(text.utf8) }
    let tokenizer = Tokenizer(
      path: "letters", vocabulary: vocabulary, endOfText: 2,
      addedTokens: [AddedToken(id: 2, content: "<s>", isSpecial: true)],
      specialTokens: SpecialTokens(endOfText: 2), parsesSpecialTokens: true, unmerged: [2])
    #expect(try tokenizer.encode("ab<s>b", parsingSpecialTokens: true) == [0, 1, 2, 1])
    for (text, parses, byte) in [
      ("ab<s>b", false, "byte 60 ('<') at position 2"), ("<s>c", true, "byte 99 ('c')"),
    ] {
      let cause = fileErrorCause("letters") { () throws(FileError) in
        _ = try tokenizer.encode(text, parsingSpecialTokens: parses)
      }
      guard case .mismatch(let found, _, _) = cause else {
        Issue.record("accepted")
        continue
      }
      #expect(found.hasPrefix(byte))
    }
  }

  private func expectAll(_ tokenizer: Tokenizer) throws {
    for test in cases {
      #expect(
        try tokenizer.encode(test.text, parsingSpecialTokens: true) == test.ids,
        "\(test.text.debugDescription)")
      #expect(try tokenizer.encode(test.text) == test.plain, "\(test.text.debugDescription)")
    }
  }
}
