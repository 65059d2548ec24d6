import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

/// One test a way in which a tokenizer's files can be wrong, each good ones with something changed.
@Suite struct MalformedHuggingFaceTokenizerTests {
  private let folder: TokenizerFolder

  init() throws {
    folder = try TokenizerFolder(of: try Fixtures.smallTokenizer())
    try folder.removeSettings()
  }

  @Test func noTokenizer() throws {
    let empty = try TemporaryDirectory()
    #expect(!Tokenizer.isInHuggingFaceFolder(empty.path))
    let cause = expectFileError(empty.path) { _ = try Tokenizer(huggingFaceFolder: empty.path) }
    guard case .mismatch("a model without a tokenizer", _, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }

  @Test func noMerges() throws {
    try FileManager.default.removeItem(atPath: folder.file("merges.txt"))
    #expect(cause(in: "merges.txt") == .notFound)
  }

  @Test func mergesThatAreNoUTF8() throws {
    _ = try folder.directory.write(Array("#version: 0.2\na b\n".utf8) + [0xC3, 0x28, 0x0A], to: "merges.txt")
    guard case .unparsableText(3, _, "UTF-8") = cause(in: "merges.txt") else {
      Issue.record("accepted")
      return
    }
  }

  /// Lines may end as on Windows.
  @Test func carriageReturns() throws {
    let merges = try String(contentsOfFile: folder.file("merges.txt"), encoding: .utf8)
    try folder.write(merges.replacingOccurrences(of: "\n", with: "\r\n"), to: "merges.txt")
    _ = try Tokenizer(huggingFaceFolder: folder.path)
  }

  /// A merge's rank must be the order of the ids: two that change places make another tokenizer.
  @Test func mergesInAnotherOrder() throws {
    var lines = try merges()
    lines.swapAt(5, 6)
    try write(lines)
    #expect(found()?.hasPrefix("merge 5, '\(lines[5])'") == true)
  }

  @Test func tooManyMerges() throws {
    let lines = try merges()
    try write(lines + ["Ġ Ġ"])
    #expect(found() == "merge \(lines.count), 'Ġ Ġ'")
    try write([lines[0]] + lines)
    #expect(found() == "merge 1, '\(lines[0])'")
  }

  /// No text becomes it, as in transformers, until it is an added token.
  @Test func aTokenThatNoMergeMakes() throws {
    try folder.replace("\"<|endoftext|>\":756", by: "\"<|endoftext|>\":756,\"qqzz\":757", in: "vocab.json")
    #expect(try !Tokenizer(huggingFaceFolder: folder.path).encode("qqzz").contains(757))
    try folder.write(#"{"qqzz": 757}"#, to: "added_tokens.json")
    #expect(try Tokenizer(huggingFaceFolder: folder.path).encode("aqqzz") == [64, 757])
  }

  /// The last token is then one that no merge makes.
  @Test func aMergeMissing() throws {
    try write(try merges().dropLast())
    let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
    #expect(try !tokenizer.encode(tokenizer.decode([755])).contains(755))
  }

  @Test(arguments: [
    ("\"<|endoftext|>\":756", "\"<|endoftext|>\":757", 756, "is missing among 757 tokens"),
    ("\"<|endoftext|>\":756", "\"<|endoftext|>\":755", 755, "is there twice"),
    ("\"<|endoftext|>\":756", "\"<|endoftext|>\":756,\"\":757", 757, "has length 0"),
    (
      "\"<|endoftext|>\":756", "\"<|endoftext|>\":756,\"a b\":757", 757,
      "has a character that stands for no byte"
    ),
    ("\"<|endoftext|>\":756", "\"<|endoftext|>\":-1", 756, "is missing among 757 tokens"),
  ])
  func idsAndTokens(text: String, other: String, id: Int, reason: String) throws {
    try folder.replace(text, by: other, in: "vocab.json")
    #expect(cause(in: "vocab.json") == .invalidTokenEntry(id: id, reason: reason))
  }

  @Test func aTokenTooLong() throws {
    let token = String(repeating: "q", count: 256)
    try folder.replace(":756", by: ":756,\"\(token)\":757", in: "vocab.json")
    #expect(cause(in: "vocab.json") == .invalidTokenEntry(id: 757, reason: "has length 256"))
  }

  @Test func anIDThatIsNoNumber() throws {
    try folder.replace(":756", by: ":\"756\"", in: "vocab.json")
    #expect(found() == "token '<|endoftext|>' with id '756'")
  }

  @Test func aVocabularyThatIsNone() throws {
    try folder.write("{}", to: "vocab.json")
    guard case .invalidField("vocabulary size", 0, _) = cause(in: "vocab.json") else {
      Issue.record("accepted none")
      return
    }
    let many = (0...65536).map { "\"\(String($0, radix: 3))\":\($0)" }.joined(separator: ",")
    try folder.write("{\(many)}", to: "vocab.json")
    guard case .invalidField("vocabulary size", 65537, _) = cause(in: "vocab.json") else {
      Issue.record("accepted 65537")
      return
    }
    try folder.write("[]", to: "vocab.json")
    #expect(found() == "JSON that is an array")
  }

  @Test func aByteWithoutToken() throws {
    try folder.write("{\"a\":0,\"<|endoftext|>\":1}", to: "vocab.json")
    #expect(found() == "a vocabulary without some of the 256 single bytes")
  }

  @Test(arguments: ["eos_token", "pad_token", "mask_token"])
  func aRoleForATokenThatIsNotThere(key: String) throws {
    try folder.write("{\"\(key)\": \"</s>\"}", to: "tokenizer_config.json")
    #expect(found(in: "tokenizer_config.json") == "\(key) '</s>', which is no token of the vocabulary")
  }

  @Test func aRoleThatIsNoToken() throws {
    try folder.write(#"{"pad_token": 7}"#, to: "tokenizer_config.json")
    #expect(found(in: "tokenizer_config.json") == "pad_token = 7")
  }

  @Test func noEndOfText() throws {
    try folder.replace("<|endoftext|>", by: "</s>", in: "vocab.json")
    #expect(found() == "no token <|endoftext|>")
  }

  @Test(arguments: [
    #"{"x": {"content": "<a>"}}"#, #"{"-1": {"content": "<a>"}}"#, #"{"757": {"special": true}}"#,
    #"{"757": 3}"#,
  ])
  func anAddedTokenThatIsNone(tokens: String) throws {
    try folder.write("{\"added_tokens_decoder\": \(tokens)}", to: "tokenizer_config.json")
    #expect(found(in: "tokenizer_config.json")?.hasPrefix("added token '") == true)
  }

  @Test func anEmptyAddedToken() throws {
    try folder.write(#"{"added_tokens_decoder": {"757": {"content": ""}}}"#, to: "tokenizer_config.json")
    #expect(cause(in: "vocab.json") == .invalidTokenEntry(id: 757, reason: "has length 0"))
  }

  @Test func anOldAddedTokenWithoutID() throws {
    try folder.write(#"{"<a>": "757"}"#, to: "added_tokens.json")
    #expect(found(in: "added_tokens.json") == "token '<a>' with id '757'")
  }

  @Test(arguments: ["add_bos_token", "add_eos_token"])
  func settingsOfAnotherTokenizer(name: String) throws {
    try folder.write("{\"\(name)\": true}", to: "tokenizer_config.json")
    #expect(found(in: "tokenizer_config.json") == "\(name) = true")
  }

  private func merges() throws -> [String] {
    try String(contentsOfFile: folder.file("merges.txt"), encoding: .utf8).split(separator: "\n").dropFirst()
      .map(String.init)
  }

  private func write(_ merges: [String]) throws {
    try folder.write("#version: 0.2\n" + merges.map { $0 + "\n" }.joined(), to: "merges.txt")
  }

  private func cause(in name: String) -> FileError.Cause? {
    expectFileError(folder.file(name)) { _ = try Tokenizer(huggingFaceFolder: folder.path) }
  }

  private func found(in name: String = "vocab.json") -> String? {
    guard case .mismatch(let found, _, _) = cause(in: name) else { return nil }
    return found
  }
}

/// The same for tokenizer.json: each part must be GPT-2's.
@Suite struct MalformedWholeTokenizerTests {
  private let folder: TokenizerFolder

  init() throws { folder = try TokenizerFolder() }

  @Test func theCopyIsGood() throws {
    _ = try Tokenizer(huggingFaceFolder: folder.path)
    // As written before 2024; the first versions said nothing of the type.
    try change("model") { model in
      model["type"] = nil
      model["merges"] = (model["merges"] as? [[String]])?.map { $0.joined(separator: " ") }
    }
    _ = try Tokenizer(huggingFaceFolder: folder.path)
  }

  @Test func aNormalizer() throws {
    try folder.changeWhole { $0["normalizer"] = ["type": "NFC"] }
    #expect(found() == "normalizer = an object")
  }

  @Test(
    arguments: [
      ("type", "Metaspace", "pre_tokenizer.type = 'Metaspace'"),
      ("add_prefix_space", "yes", "pre_tokenizer.add_prefix_space = 'yes'"),
      ("use_regex", false, "pre_tokenizer.use_regex = false"),
    ] as [(String, any Sendable, String)])
  func anotherSplitter(key: String, value: any Sendable, words: String) throws {
    try change("pre_tokenizer") { $0[key] = value }
    #expect(found() == words)
  }

  @Test(
    arguments: [
      ("type", "Unigram", "model.type = 'Unigram'"), ("dropout", 0.1, "model.dropout = 0.1"),
      ("end_of_word_suffix", "</w>", "model.end_of_word_suffix = '</w>'"),
      ("continuing_subword_prefix", "##", "model.continuing_subword_prefix = '##'"),
      ("vocab", [1], "model.vocab = an array"), ("merges", "a b", "model.merges = 'a b'"),
      ("merges", [["a", "b", "c"]], "merge 0 = an array"), ("merges", [7], "merge 0 = 7"),
    ] as [(String, any Sendable, String)])
  func anotherModel(key: String, value: any Sendable, words: String) throws {
    try change("model") { $0[key] = value }
    #expect(found() == words)
  }

  @Test func tokensAroundATextAreRefused() throws {
    try change("post_processor") { $0["special_tokens"] = ["<|endoftext|>": ["id": "x"]] }
    #expect(found() == "post_processor.special_tokens = an object")
  }

  /// RoBERTa's puts tokens around a text without calling them so.
  @Test func anotherProcessorIsRefused() throws {
    try folder.changeWhole { $0["post_processor"] = ["type": "RobertaProcessing", "sep": ["</s>", 2]] }
    #expect(found() == "post_processor.type = 'RobertaProcessing'")
    try folder.changeWhole {
      $0["post_processor"] = [
        "type": "Sequence", "processors": [["type": "ByteLevel"], ["type": "BertProcessing"]],
      ]
    }
    #expect(found() == "post_processor.type = 'BertProcessing'")
  }

  @Test func processorsThatAddNothing() throws {
    for processor in [
      ["type": "ByteLevel"], ["type": "TemplateProcessing", "special_tokens": [String: String]()],
      ["type": "Sequence", "processors": [["type": "ByteLevel"]]],
    ] as [[String: any Sendable]] {
      try folder.changeWhole { $0["post_processor"] = processor }
      _ = try Tokenizer(huggingFaceFolder: folder.path)
    }
    try folder.changeWhole { $0["post_processor"] = nil }
    _ = try Tokenizer(huggingFaceFolder: folder.path)
  }

  /// The package `tokenizers` gives 757 and 758 to what states ids further on.
  @Test func idsBeyondAGapFollowTheVocabulary() throws {
    try folder.changeWhole {
      $0["added_tokens"] = [
        ["id": 756, "content": "<|endoftext|>", "special": true],
        ["id": 760, "content": "<nl>", "special": false],
        ["id": 765, "content": "[PAD]", "special": true],
      ]
    }
    let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
    #expect(
      try tokenizer.encode("a<nl> b[PAD]<|endoftext|>", parsingSpecialTokens: true) == [
        64, 757, 280, 758, 756,
      ])
  }

  @Test func anAddedTokenTwice() throws {
    try folder.changeWhole {
      $0["added_tokens"] = [["id": 757, "content": "<a>"], ["id": 758, "content": "<a>"]]
    }
    #expect(found() == "the added token '<a>' twice")
  }

  @Test func addedTokensThatAreNone() throws {
    try folder.changeWhole { $0["added_tokens"] = [["id": 756]] }
    #expect(found() == "added token 0 = an object")
  }

  /// One id for two tokens.
  @Test func anAddedTokenInAnothersPlace() throws {
    try folder.changeWhole { $0["added_tokens"] = [["id": 3, "content": "<|pad|>"]] }
    #expect(cause() == .invalidTokenEntry(id: 3, reason: "is there twice"))
  }

  private func change(_ part: String, _ body: (inout [String: Any]) -> Void) throws {
    try folder.changeWhole { whole in
      var members = whole[part] as? [String: Any] ?? [:]
      body(&members)
      whole[part] = members
    }
  }

  private func cause() -> FileError.Cause? {
    expectFileError(folder.file("tokenizer.json")) { _ = try Tokenizer(huggingFaceFolder: folder.path) }
  }

  private func found() -> String? {
    guard case .mismatch(let found, _, _) = cause() else { return nil }
    return found
  }
}
