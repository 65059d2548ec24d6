import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

/// From a folder to a folder: what conversion does not change keeps its bytes (dev/reference/make_special_tokens.py).
@Suite struct HuggingFaceKeptFilesTests {
  private let directory: TemporaryDirectory
  private let source: String
  private var output: String { directory.file("out/") }

  init() throws {
    directory = try TemporaryDirectory()
    source = directory.file("in")
    try FileManager.default.copyItem(atPath: TestFiles.fixture("special_tokens/model"), toPath: source)
  }

  @Test func everyFileKeepsItsBytes() throws {
    _ = try directory.write(Array("{{ messages }}".utf8), to: "in/chat_template.jinja")
    try write()
    let names = try FileManager.default.contentsOfDirectory(atPath: source).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: output).sorted() == names)
    for name in names { #expect(try contents(output + name) == contents(source + "/" + name), "\(name)") }
  }

  /// Only the type is another; the values that nothing here knows are as they were.
  @Test func anotherTypeOfWeights() throws {
    try write(format: .fp32)
    var before = try object(source + "/config.json")
    let after = try object(output + "config.json")
    #expect(before["dtype"] as? String == "bfloat16")
    before["dtype"] = "float32"
    #expect(NSDictionary(dictionary: before) == NSDictionary(dictionary: after))
    #expect(after["eos_token_id"] as? Int == 51 && after["pad_token_id"] as? Int == 769)
    for name in ["generation_config.json", "tokenizer.json", "tokenizer_config.json"] {
      #expect(try contents(output + name) == contents(source + "/" + name), "\(name)")
    }
  }

  @Test func aTypeThatWasNotStated() throws {
    _ = try directory.write(
      Array(#"{"a": [1, {"b": "\u00e9\n"}, []], "architectures": ["GPT2DoubleHeadsModel"]}"#.utf8),
      to: "in/config.json")
    try write(format: .fp16)
    let after = try object(output + "config.json")
    #expect(after["dtype"] as? String == "float16" && after["torch_dtype"] as? String == "float16")
    #expect(after["architectures"] as? [String] == ["GPT2LMHeadModel"])
    let values = try #require(after["a"] as? [Any])
    #expect(values.count == 3 && (values[1] as? [String: String]) == ["b": "é\n"])
  }

  /// vocab.json and merges.txt alone: tokenizer.json is written beside them.
  @Test func tokenizerJSONIsAddedWhereItIsMissing() throws {
    let tokenizer = try Tokenizer.read(source)
    let parts = try TokenizerFolder(of: tokenizer)
    try FileManager.default.removeItem(atPath: source + "/tokenizer.json")
    for name in try parts.directory.names() {
      try? FileManager.default.removeItem(atPath: source + "/" + name)
      try FileManager.default.copyItem(atPath: parts.file(name), toPath: source + "/" + name)
    }
    try write()
    for name in try parts.directory.names() {
      #expect(try contents(output + name) == contents(parts.file(name)), "\(name)")
    }
    let text = "a<s>[PAD] word<nl>日本<é>"
    #expect(
      try Tokenizer.read(output + "tokenizer.json").encode(text, parsingSpecialTokens: true)
        == tokenizer.encode(text, parsingSpecialTokens: true))
  }

  /// Another tokenizer replaces the files, but not what the model's configuration says.
  @Test func anotherTokenizer() throws {
    let other = try Fixtures.smallTokenizer()
    let writer = HuggingFaceFolderWriter(output, tokenizer: other, keeping: source, replacing: false)
    try writer.write(try Weights.read(source), format: .bf16)
    #expect(try contents(output + "config.json") == contents(source + "/config.json"))
    #expect(try Tokenizer.read(output).vocabularySize == 757)
  }

  private func write(format: WeightFormat = .bf16) throws {
    let writer = HuggingFaceFolderWriter(
      output, tokenizer: try Tokenizer.read(source), keeping: source, keepsTokenizer: true, replacing: false)
    try writer.write(try Weights.read(TestFiles.fixture("special_tokens/model")), format: format)
  }

  private func object(_ path: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: contents(path)) as? [String: Any])
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
