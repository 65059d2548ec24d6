import GPT2BinaryFiles
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

@Suite struct RunTokenizerTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func kept(_ tokenizer: Tokenizer) throws -> Tokenizer {
    try RunTokenizer.write(tokenizer, in: directory.path + "/", replacing: true)
    return try Tokenizer.read(try #require(RunTokenizer.path(in: directory.path + "/")))
  }

  @Test func llmcsFormatWhereNothingIsLost() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    let found = try kept(tokenizer)
    #expect(try directory.names() == ["tokenizer.bin"])
    #expect(try found.encode("To be, or not") == tokenizer.encode("To be, or not"))
    #expect(found.endOfText == tokenizer.endOfText)
  }

  @Test func addedTokensAndTheirFlagsAreKept() throws {
    let tokenizer = try Tokenizer.read(TestFiles.fixture("special_tokens/model"))
    let text = "a" + tokenizer.addedTokens.map(\.content).joined(separator: " b ")
    _ = try kept(.byteLevel)
    let found = try kept(tokenizer)
    #expect(try directory.names() == ["tokenizer.gguf"])
    #expect(found.addedTokens == tokenizer.addedTokens)
    #expect(found.parsesSpecialTokens)
    for parses in [true, false] {
      #expect(
        try found.encode(text, parsingSpecialTokens: parses)
          == tokenizer.encode(text, parsingSpecialTokens: parses))
    }
    // And back, which leaves one.
    _ = try kept(.byteLevel)
    #expect(try directory.names() == ["tokenizer.bin"])
  }

  /// What no GGUF file for llama.cpp may have, a run keeps.
  @Test func aSpaceBeforeATextIsKept() throws {
    let folder = try TokenizerFolder(of: try Fixtures.smallTokenizer())
    try folder.replace(
      "\"add_prefix_space\": false", by: "\"add_prefix_space\": true", in: "tokenizer_config.json")
    #expect(try kept(try Tokenizer.read(folder.path)).encode("a") == [264])
  }
}
