import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Tokens

@Suite struct GGUFTokenizerTests {
  private let directory: TemporaryDirectory
  /// Written by the Python package `gguf`, merges found by plain Python; see dev/reference/make_gguf.py.
  private let reference: [MetadataEntry]

  init() throws {
    directory = try TemporaryDirectory()
    reference = try GGUFFile(contentsOf: TestFiles.fixture("gguf/model_q8_0.gguf")).tokenizerMetadata
  }

  @Test func metadataEqualsPythons() throws {
    let metadata = try Fixtures.smallTokenizer().ggufMetadata()
    #expect(metadata.count == 7)
    #expect(metadata.map(\.key) == reference.map(\.key))
    for (ours, theirs) in zip(metadata, reference) { #expect(ours == theirs, "\(ours.key)") }
  }

  @Test func bytesAreSpeltAsGPT2Does() {
    #expect(ByteSpelling.text(of: " \n!\u{7F}~".utf8) == "ĠĊ!ġ~")
    #expect(ByteSpelling.text(of: [0, 0x20, 0x7F, 0x80, 0xA0, 0xA1, 0xAD, 0xFF]) == "ĀĠġĢł¡Ńÿ")
    let all = (UInt8.min...UInt8.max).map { $0 }
    #expect(Set(ByteSpelling.text(of: all).unicodeScalars).count == 256)
    #expect(ByteSpelling.bytes(of: ByteSpelling.text(of: all)) == all)
    #expect(ByteSpelling.bytes(of: "a b") == nil)
    #expect(ByteSpelling.bytes(of: "\u{AD}") == nil)
    #expect(ByteSpelling.bytes(of: "😀") == nil)
  }

  @Test(arguments: ["small.bin", "boundaries.bin"])
  func aTokenizerThereAndBackIsTheSame(name: String) throws {
    let tokenizer = try Tokenizer(contentsOf: TestFiles.fixture("tokenizer/\(name)"))
    let back = try Tokenizer(try file(try tokenizer.ggufMetadata()))
    #expect(back.vocabulary == tokenizer.vocabulary)
    #expect(back.endOfText == tokenizer.endOfText)
    let text = "Hello, world!\n\nNaïve cafés’ 1234 tests\t\u{1F600}"
    #expect(try back.encode(text) == tokenizer.encode(text))
  }

  @Test func aTokenizerOfBytesHasNoMerges() throws {
    #expect(try Tokenizer.byteLevel.merges().isEmpty)
    let back = try Tokenizer(try file(try Tokenizer.byteLevel.ggufMetadata()))
    #expect(back.vocabulary == Tokenizer.byteLevel.vocabulary)
  }

  /// GPT-2's 50,000 merges, of which the first ones are known: https://huggingface.co/openai-community/gpt2, merges.txt
  @Test(.enabled(if: Fixtures.gpt2Path != nil, "skipped: gpt2_tokenizer.bin not found"))
  func gpt2HasItsMerges() throws {
    let tokenizer = try Tokenizer(contentsOf: try #require(Fixtures.gpt2Path))
    let metadata = try tokenizer.ggufMetadata()
    let merges = try #require(metadata.first { $0.key == "tokenizer.ggml.merges" }?.value.strings)
    #expect(merges.count == 50_000)
    #expect(merges.prefix(8) == ["Ġ t", "Ġ a", "h e", "i n", "r e", "o n", "Ġt he", "e r"])
    let back = try Tokenizer(try file(metadata))
    #expect(back.vocabulary == tokenizer.vocabulary && back.endOfText == 50_256)
  }

  @Test func aTokenThatNoMergeMakesHasNone() throws {
    // "abc" has neither "ab" nor "bc" to be made from.
    var vocabulary = Tokenizer.byteLevel.vocabulary
    vocabulary.append("abc".utf8)
    let tokenizer = Tokenizer(path: "test", vocabulary: vocabulary, endOfText: 256)
    #expect(try tokenizer.merges().isEmpty)
  }

  @Test func aTokenizerWithoutSomeBytesIsRefused() throws {
    var vocabulary = Vocabulary()
    vocabulary.append("a".utf8)
    vocabulary.append("b".utf8)
    let tokenizer = Tokenizer(path: "few", vocabulary: vocabulary, endOfText: 1)
    guard
      case .mismatch("a vocabulary without some of the 256 single bytes", _, _) = fileErrorCause(
        "few", { () throws(FileError) in _ = try tokenizer.ggufMetadata() })
    else {
      Issue.record("expected a mismatch")
      return
    }
  }

  @Test(
    arguments: [
      ("tokenizer.ggml.model", nil, "no tokenizer, tokenizer.ggml.model"),
      ("tokenizer.ggml.model", .string("llama"), "a tokenizer of kind 'llama'"),
      ("tokenizer.ggml.pre", .string("llama-bpe"), "text split as for 'llama-bpe'"),
      ("tokenizer.ggml.tokens", nil, "no tokenizer.ggml.tokens"),
      ("tokenizer.ggml.tokens", .int32s([1]), "tokenizer.ggml.tokens that is no array of strings"),
      ("tokenizer.ggml.merges", nil, "no tokenizer.ggml.merges"),
      ("tokenizer.ggml.merges", .strings(["h q"]), "merge 0, 'h q'"),
      ("tokenizer.ggml.merges", .strings(["- -", "x"]), "merge 1, 'x'"),
      ("tokenizer.ggml.merges", .strings([" --"]), "merge 0, ' --'"),
      ("tokenizer.ggml.merges", .strings(["- - "]), "merge 0, '- - '"),
      ("tokenizer.ggml.merges", .strings(["- ß"]), "merge 0, '- ß'"),
      ("tokenizer.ggml.merges", .strings(["= =", "- -"]), "merge 1, '- -', that makes token 256 after 257"),
      ("tokenizer.ggml.merges", .strings(["- -", "- -"]), "merge 1, '- -', that makes token 256 after 256"),
      ("tokenizer.ggml.eos_token_id", nil, "no tokenizer.ggml.eos_token_id"),
    ] as [(String, MetadataValue?, String)])
  func whatIsNoTokenizerOfGPT2sKind(key: String, value: MetadataValue?, words: String) throws {
    let cause = try cause(key, value)
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    #expect(found == words)
  }

  @Test(arguments: [
    "tokenizer.ggml.padding_token_id", "tokenizer.ggml.bos_token_id", "tokenizer.ggml.unknown_token_id",
  ])
  func aRoleOutsideTheVocabulary(key: String) throws {
    let file = try file(reference.filter { $0.key != key } + [MetadataEntry(key, .uint32(757))])
    let cause = fileErrorCause(file.path) { () throws(FileError) in _ = try Tokenizer(file) }
    #expect(cause == .invalidField(name: key, found: 757, expected: "a value from 0 to 756"))
  }

  @Test(arguments: ["add_bos_token", "add_eos_token", "add_sep_token"])
  func tokensAroundATextAreRefused(name: String) throws {
    let key = "tokenizer.ggml.\(name)"
    let file = try file(reference + [MetadataEntry(key, .bool(true))])
    guard
      case .mismatch("\(key) = true", _, _) = fileErrorCause(
        file.path, { () throws(FileError) in _ = try Tokenizer(file) })
    else {
      Issue.record("accepted")
      return
    }
    _ = try Tokenizer(try self.file(reference + [MetadataEntry(key, .bool(false))]))
  }

  @Test func typesThatAreNone() throws {
    var types = [Int32](repeating: 1, count: 757)
    types[3] = 7
    let expected = FileError.Cause.invalidTokenEntry(
      id: 3, reason: "has type 7, which is none of llama.cpp's")
    #expect(try cause("tokenizer.ggml.token_type", .int32s(types)) == expected)
    guard case .mismatch(let found, _, _) = try cause("tokenizer.ggml.token_type", .int32s([1, 2])) else {
      Issue.record("accepted")
      return
    }
    #expect(found == "tokenizer.ggml.token_type of 2 types")
  }

  @Test func anAddedTokenTwice() throws {
    var tokens = try #require(reference.first { $0.key == "tokenizer.ggml.tokens" }?.value.strings)
    tokens.append("<|endoftext|>")
    let types = [Int32](repeating: 1, count: 756) + [3, 3]
    let changed = reference.map { entry in
      switch entry.key {
      case "tokenizer.ggml.tokens": MetadataEntry(entry.key, .strings(tokens))
      case "tokenizer.ggml.token_type": MetadataEntry(entry.key, .int32s(types))
      default: entry
      }
    }
    let file = try file(changed)
    let cause = fileErrorCause(file.path) { () throws(FileError) in _ = try Tokenizer(file) }
    #expect(cause == .invalidTokenEntry(id: 757, reason: "is the added token '<|endoftext|>' again"))
  }

  /// Unused tokens are never found in a text; user-defined ones always are.
  @Test func tokenTypes() throws {
    let tokens = try #require(reference.first { $0.key == "tokenizer.ggml.tokens" }?.value.strings)
    let types = [Int32](repeating: 1, count: 756) + [3, 4, 5]
    let changed = reference.map { entry in
      switch entry.key {
      case "tokenizer.ggml.tokens": MetadataEntry(entry.key, .strings(tokens + ["<é>", "[PAD758]"]))
      case "tokenizer.ggml.token_type": MetadataEntry(entry.key, .int32s(types))
      default: entry
      }
    }
    let tokenizer = try Tokenizer(
      try file(changed + [MetadataEntry("tokenizer.ggml.padding_token_id", .uint32(758))]))
    #expect(try tokenizer.encode("a<é>") == [64, 757])
    #expect(try !tokenizer.encode("a[PAD758]", parsingSpecialTokens: true).contains(758))
    #expect(tokenizer.specialTokens[.pad] == 758)
    #expect(tokenizer.decode([757]) == Array("<é>".utf8))
    #expect(tokenizer.addedTokens.map(\.isSpecial) == [true, false])
  }

  @Test func theWayOfSplittingMayBeMissing() throws {
    #expect(try cause("tokenizer.ggml.pre", nil) == nil)
  }

  @Test(arguments: [757, -1] as [Int32])
  func endOfTextOutsideTheVocabulary(id: Int32) throws {
    let expected = FileError.Cause.invalidField(
      name: "tokenizer.ggml.eos_token_id", found: Int(id), expected: "a value from 0 to 756")
    #expect(try cause("tokenizer.ggml.eos_token_id", .int32(id)) == expected)
  }

  @Test(arguments: [
    ("", "has length 0"), (String(repeating: "a", count: 256), "has length 256"),
    ("a b", "has a character that stands for no byte"), ("ſ", "has a character that stands for no byte"),
  ])
  func aTokenThatIsNone(token: String, reason: String) throws {
    let found = try cause("tokenizer.ggml.tokens", .strings(["!", token]))
    #expect(found == .invalidTokenEntry(id: 1, reason: reason))
  }

  @Test(arguments: [0, 65_537])
  func impossibleSize(count: Int) throws {
    let found = try cause("tokenizer.ggml.tokens", .strings(Array(repeating: "a", count: count)))
    #expect(
      found == .invalidField(name: "vocabulary size", found: count, expected: "a value from 1 to 65536"))
  }

  private func file(_ metadata: [MetadataEntry]) throws -> GGUFFile {
    let path = directory.file("tokenizer.gguf")
    try GGUFWriter.write(to: path, replacing: true, metadata: metadata, tensors: []) { _, _ in }
    return try GGUFFile(contentsOf: path)
  }

  /// What the reference throws with another value for a key.
  private func cause(_ key: String, _ value: MetadataValue?) throws -> FileError.Cause? {
    let file = try file(
      reference.compactMap { entry in
        // Types are for as many tokens as there were.
        if key == "tokenizer.ggml.tokens", entry.key == "tokenizer.ggml.token_type" { return nil }
        return entry.key == key ? value.map { MetadataEntry(key, $0) } : entry
      })
    return fileErrorCause(file.path) { () throws(FileError) in _ = try Tokenizer(file) }
  }
}
