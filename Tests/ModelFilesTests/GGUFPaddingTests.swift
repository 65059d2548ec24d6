import GPT2BinaryFiles
import GPT2GGUF
import TestSupport
import Testing
import GPT2Tokens

@testable import GPT2ModelFiles

/// Rows of the token table that no token of the tokenizer has.
@Suite struct GGUFPaddingTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ metadata: [MetadataEntry]) throws -> GGUFFile {
    let path = directory.file("tokenizer.gguf")
    try GGUFWriter.write(to: path, replacing: true, metadata: metadata, tensors: []) { _, _ in }
    return try GGUFFile(contentsOf: path)
  }

  /// As llama.cpp's convert_hf_to_gguf.py fills up; and they are no tokens when they are read.
  @Test func unusedTokensFillUp() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    let file = try file(try tokenizer.ggufMetadata(rows: 760))
    let tokens = try #require(file["tokenizer.ggml.tokens"]?.strings)
    #expect(tokens.count == 760)
    #expect(tokens.suffix(3) == ["[PAD757]", "[PAD758]", "[PAD759]"])
    guard case .array(.int32, let types)? = file["tokenizer.ggml.token_type"] else {
      Issue.record("no types")
      return
    }
    #expect(types.count == 760)
    #expect(types.suffix(3) == [.int32(5), .int32(5), .int32(5)])
    let read = try Tokenizer(file)
    #expect(read.vocabularySize == 757)
    #expect(read.endOfText == tokenizer.endOfText)
    #expect(try read.encode("the then [PAD757]") == tokenizer.encode("the then [PAD757]"))
  }

  @Test func nothingIsFilledUpWhereNothingIsMissing() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    #expect(try tokenizer.ggufMetadata(rows: 757) == tokenizer.ggufMetadata())
  }

  /// An unused token of another name, or between others, is one nevertheless: its id stays.
  @Test func otherUnusedTokensStay() throws {
    let metadata = try Fixtures.smallTokenizer().ggufMetadata(rows: 759).map { entry in
      guard entry.key == "tokenizer.ggml.tokens", let tokens = entry.value.strings else { return entry }
      return MetadataEntry(entry.key, .strings(tokens.dropLast() + ["other"]))
    }
    #expect(try Tokenizer(try file(metadata)).vocabularySize == 759)
  }
}
