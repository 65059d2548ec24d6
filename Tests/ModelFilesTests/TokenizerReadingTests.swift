import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

/// One function for whatever a tokenizer may be in.
@Suite struct TokenizerReadingTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    "tokenizer/small.bin", "gguf/model_q8_0.gguf", "huggingface/model", "huggingface/model/tokenizer.json",
    "huggingface/sharded/", "huggingface/sharded/vocab.json",
  ])
  func allAreTheSameTokenizer(path: String) throws {
    let tokenizer = try Tokenizer.read(TestFiles.fixture(path))
    let reference = try Fixtures.smallTokenizer()
    #expect(
      tokenizer.vocabularySize == reference.vocabularySize && tokenizer.endOfText == reference.endOfText)
    let text = "Hello, world! I'll 'tis héllo 12345"
    #expect(try tokenizer.encode(text) == reference.encode(text))
  }

  /// As `ByteLevelBPETokenizer.save_model` names them with a prefix.
  @Test func partsWithAPrefix() throws {
    for (name, copy) in [("vocab.json", "my-vocab.json"), ("merges.txt", "my-merges.txt")] {
      try FileManager.default.copyItem(
        atPath: TestFiles.fixture("huggingface/sharded/" + name), toPath: directory.file(copy))
    }
    #expect(try Tokenizer.read(directory.file("my-vocab.json")).vocabularySize == 757)
  }

  @Test(arguments: [
    ("tiny.bin", "a model checkpoint of llm.c's, which holds no tokenizer"),
    ("huggingface/model/model.safetensors", "a safetensors file, which holds no tokenizer"),
    ("huggingface/sharded/merges.txt", "the merges of a tokenizer without its tokens"),
    ("huggingface/model/tokenizer_config.json", "JSON without a vocabulary"),
    ("gguf/types.gguf", "no tokenizer, tokenizer.ggml.model"),
  ])
  func theErrorSaysWhatTheFileIs(path: String, words: String) throws {
    let path = TestFiles.fixture(path)
    guard case .mismatch(words, _, _) = expectFileError(path, { _ = try Tokenizer.read(path) }) else {
      Issue.record("another error")
      return
    }
  }

  @Test func tokensAreNoTokenizer() throws {
    let path = try directory.write(Fixtures.tokenFile([1, 2, 3]), to: "train.bin")
    guard
      case .mismatch("a file of tokens, not the tokenizer that made them", _, _) = expectFileError(
        path, { _ = try Tokenizer.read(path) })
    else {
      Issue.record("another error")
      return
    }
  }

  @Test func whatIsNothingKnown() throws {
    let path = try directory.write(Array("nothing\n".utf8), to: "file")
    #expect(expectFileError(path) { _ = try Tokenizer.read(path) } != nil)
    let missing = directory.file("missing")
    #expect(expectFileError(missing) { _ = try Tokenizer.read(missing) } == .notFound)
    let empty = try directory.write([], to: "empty")
    #expect(expectFileError(empty) { _ = try Tokenizer.read(empty) } != nil)
  }
}
