import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

/// The reference is tiktoken: Tests/Fixtures/tokenizer, and llama.cpp's 44 vectors for GPT-2.
struct EncodingTests {
  /// `small` has some of GPT-2's structure; in `boundaries` the tokens show where each piece ends.
  @Test(arguments: [("small", 900), ("boundaries", 500)])
  func equalsTiktokenOnTheFixture(name: String, count: Int) throws {
    let tokenizer = try Tokenizer(contentsOf: TestFiles.fixture("tokenizer/\(name).bin"))
    let vectors = try Fixtures.vectors(TestFiles.fixture("tokenizer/\(name).json"))
    #expect(vectors.count > count)
    for vector in vectors {
      let tokens = try tokenizer.encode(vector.text)
      #expect(tokens == vector.ids, "\(vector.text.debugDescription)")
      #expect(tokenizer.decode(vector.ids) == Array(vector.text.utf8))
    }
  }

  @Test(
    .enabled(
      if: Fixtures.gpt2Path != nil && TestFiles.data("gpt2_bpe_vectors.json") != nil,
      "skipped: gpt2_tokenizer.bin or gpt2_bpe_vectors.json not found"))
  func equalsTheGPT2Vectors() throws {
    let tokenizer = try Tokenizer(contentsOf: #require(Fixtures.gpt2Path))
    #expect(tokenizer.vocabularySize == 50_257)
    #expect(tokenizer.endOfText == 50_256)
    let vectors = try Fixtures.vectors(#require(TestFiles.data("gpt2_bpe_vectors.json")))
    #expect(vectors.count == 44)
    for vector in vectors {
      let tokens = try tokenizer.encode(vector.text)
      #expect(tokens == vector.ids, "\(vector.text.debugDescription)")
    }
  }

  @Test func endOfTextIsNeverMadeFromText() throws {
    for tokenizer in [try Fixtures.smallTokenizer(), .byteLevel] {
      let tokens = try tokenizer.encode("<|endoftext|>")
      #expect(!tokens.contains(tokenizer.endOfText))
      #expect(tokenizer.decode([tokenizer.endOfText]) == Array("<|endoftext|>".utf8))
    }
  }

  /// Some other tokenizer could have the bytes of end-of-text as a prefix of a word; they stay apart too.
  @Test func endOfTextTakesNoPartInMerges() throws {
    let directory = try TemporaryDirectory()
    let tokens = (0...255).map { [UInt8($0)] } + [[97, 97], [97, 97, 97]]
    let path = try directory.write(
      Fixtures.tokenizerFile(endOfText: 256, tokens: tokens), to: "tokenizer.bin")
    #expect(try Tokenizer(contentsOf: path).encode("aa") == [97, 97])
  }

  /// Merges can overlap: the lowest goes first wherever it is, and of equals the leftmost.
  @Test(arguments: [
    ("abc", [97, 256]), ("abcd", [97, 256, 100]), ("ab", [257]), ("abab", [257, 257]), ("aaa", [258, 97]),
    ("aaaa", [258, 258]), ("bcbc", [256, 256]), ("abcab", [97, 256, 257]),
  ])
  func mergesTheLowestThenTheLeftmost(text: String, expected: [Int]) throws {
    let directory = try TemporaryDirectory()
    let merges: [[UInt8]] = [[98, 99], [97, 98], [97, 97]]
    let tokens = (0...255).map { [UInt8($0)] } + merges + [[60, 124, 62]]
    let path = try directory.write(
      Fixtures.tokenizerFile(endOfText: 259, tokens: tokens), to: "tokenizer.bin")
    #expect(try Tokenizer(contentsOf: path).encode(text) == expected)
  }

  @Test func byteLevelGivesTheBytes() throws {
    let bytes = (0...255).map { UInt8($0) }
    #expect(Tokenizer.byteLevel.vocabularySize == 257)
    #expect(Tokenizer.byteLevel.endOfText == 256)
    #expect(try Tokenizer.byteLevel.encode(bytes) == Array(0...255))
    #expect(Tokenizer.byteLevel.decode(0...255) == bytes)
  }

  @Test func aStringAndItsBytesGiveTheSame() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    let text = "it's 12 o’clock — naïve \u{3000} text 🙂\n\n"
    #expect(try tokenizer.encode(text) == tokenizer.encode(Array(text.utf8)))
  }

  @Test func encodesFromManyTasksAtOnce() async throws {
    let tokenizer = try Fixtures.smallTokenizer()
    let expected = try Fixtures.smallTokenizer().encode("the same text, again")
    await withTaskGroup(of: [Int]?.self) { group in
      for _ in 0..<8 { group.addTask { try? tokenizer.encode("the same text, again") } }
      for await tokens in group { #expect(tokens == expected) }
    }
  }
}
