import GPT2BinaryFiles
import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

@Suite struct HuggingFaceFolderTests {
  private let directory: TemporaryDirectory
  private var folder: String { directory.file("model/") }
  private static let fixture = TestFiles.fixture("huggingface/model")
  private static let written = [
    "config.json", "generation_config.json", "merges.txt", "model.safetensors", "special_tokens_map.json",
    "tokenizer.json", "tokenizer_config.json", "vocab.json",
  ]

  init() throws { directory = try TemporaryDirectory() }

  /// A model and a tokenizer that transformers wrote, written again.
  @Test(arguments: ["model", "model/"])
  func allOfIt(name: String) throws {
    let path = directory.file(name)
    try writer(path).write(try Weights.read(Self.fixture), format: .fp32)
    #expect(try names() == Self.written)
    #expect(
      try contents("model.safetensors")
        == Data(contentsOf: URL(fileURLWithPath: Self.fixture + "/model.safetensors")))
    let file = try ModelFile(contentsOf: path)
    #expect(file.holdsTokenizer)
    #expect(try file.configuration() == ModelFile(contentsOf: Self.fixture).configuration())
    let tokenizer = try file.tokenizer()
    let reference = try ModelFile(contentsOf: Self.fixture).tokenizer()
    #expect(tokenizer.endOfText == reference.endOfText)
    for id in 0..<757 { #expect(tokenizer.decode([id]) == reference.decode([id])) }
    // The ids are those that the model was made with.
    for name in ["config.json", "generation_config.json"] {
      let object = try JSONSerialization.jsonObject(with: try contents(name)) as? [String: Any]
      #expect(object?["bos_token_id"] as? Int == 756)
      #expect(object?["eos_token_id"] as? Int == 756)
    }
  }

  @Test func withoutATokenizer() throws {
    let writer = HuggingFaceFolderWriter(folder, tokenizer: nil, replacing: false)
    try writer.write(try Weights.read(Self.fixture), format: .bf16)
    #expect(try names() == ["config.json", "model.safetensors"])
    let file = try ModelFile(contentsOf: folder)
    #expect(!file.holdsTokenizer)
    expectFileError(directory.file("model")) { _ = try file.tokenizer() }
  }

  /// Every file of the model stands in the way, and stays as it is.
  @Test(arguments: written)
  func whatIsThereIsNotReplacedUnlessAsked(name: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try directory.write([1, 2, 3], to: "model/" + name)
    _ = try directory.write([4], to: "model/README.md")
    let weights = try Weights.read(Self.fixture)
    #expect(
      expectFileError(folder + name) { try writer(folder).write(weights, format: .fp32) } == .alreadyExists)
    #expect(try contents(name) == Data([1, 2, 3]))
    #expect(try names() == ["README.md", name].sorted())
    try writer(folder, replacing: true).write(weights, format: .fp32)
    #expect(try names() == (["README.md"] + Self.written).sorted())
    #expect(try ModelFile(contentsOf: folder).configuration().layers == 2)
  }

  /// Files that would be read together with those that are written, whether or not these may be replaced.
  @Test(
    arguments: ["chat_template.jinja", "added_tokens.json", "model.safetensors.index.json"], [true, false])
  func filesOfAnotherModel(name: String, replacing: Bool) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try directory.write([1], to: "model/" + name)
    let weights = try Weights.read(Self.fixture)
    let cause = expectFileError(folder + name) {
      try writer(folder, replacing: replacing).write(weights, format: .fp32)
    }
    guard case .mismatch = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(try names() == [name])
  }

  /// A weight beyond fp16's range is found while the weights are written: no folder is left, and one that was there is
  /// as it was.
  @Test(arguments: [true, false])
  func whollyOrNotAtAll(isThere: Bool) throws {
    if isThere { try writer(folder).write(try Weights.read(Self.fixture), format: .fp32) }
    let before = isThere ? try contents("config.json") : Data()
    let parameters = try Parameters.read(Self.fixture)
    parameters.values[parameters.values.count - 1] = 1e6
    expectFileError(folder + "model.safetensors") {
      try writer(folder, replacing: true).write(Weights(parameters), format: .fp16)
    }
    #expect(FileManager.default.fileExists(atPath: folder) == isThere)
    guard isThere else { return }
    #expect(try names() == Self.written)
    #expect(try contents("config.json") == before)
  }

  @Test func notAFolder() throws {
    let file = try directory.write([1], to: "file")
    let weights = try Weights.read(Self.fixture)
    #expect(
      expectFileError(file + "/") { try writer(file).write(weights, format: .fp32) } == .notDirectory)
    let inFile = file + "/model/"
    #expect(expectFileError(inFile) { try writer(inFile).write(weights, format: .fp32) } == .notDirectory)
    // One that is not there is made.
    let made = directory.file("missing/model/")
    try writer(made).write(weights, format: .fp32)
    #expect(FileManager.default.fileExists(atPath: made + "model.safetensors"))
  }

  private func writer(_ path: String, replacing: Bool = false) throws -> HuggingFaceFolderWriter {
    let tokenizer = try Tokenizer(contentsOf: TestFiles.fixture("tokenizer/small.bin"))
    return HuggingFaceFolderWriter(path, tokenizer: tokenizer, replacing: replacing)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + name))
  }
}
