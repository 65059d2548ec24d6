import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

@Suite struct HuggingFaceWritingTests {
  private let directory: TemporaryDirectory
  private var output: String { directory.file("model.safetensors") }

  init() throws { directory = try TemporaryDirectory() }

  /// By way of llm.c's checkpoint, in one file or several.
  @Test(arguments: [HuggingFaceFixture.model, HuggingFaceFixture.sharded])
  func theFileHasTheBytesThatTransformersWrote(folder: String) throws {
    let checkpoint = directory.file("model.bin")
    try Checkpoint.write(try Parameters.read(folder), to: checkpoint, replacing: false)
    try Weights.read(checkpoint).writeSafeTensors(to: output, format: .fp32, replacing: false)
    #expect(try contents(output) == contents(HuggingFaceFixture.model + "/model.safetensors"))
  }

  /// Rounded by us and by PyTorch; and by way of llm.c's version 5.
  @Test func bf16HasTheBytesThatTransformersWrote() throws {
    try Weights.read(HuggingFaceFixture.model).writeSafeTensors(to: output, format: .bf16, replacing: false)
    #expect(try contents(output) == contents(HuggingFaceFixture.bf16))
    let checkpoint = directory.file("model.bin")
    try Checkpoint.write(
      try Weights.read(HuggingFaceFixture.model), to: checkpoint, replacing: false, version: .bfloat16)
    try Weights.read(checkpoint).writeSafeTensors(to: output, format: .bf16, replacing: true)
    #expect(try contents(output) == contents(HuggingFaceFixture.bf16))
  }

  @Test(arguments: 0..<6)
  func randomModelsThereAndBackGiveTheSameBytes(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let configuration = try Configuration(
      maximumSequenceLength: .random(in: 1...20, using: &random),
      vocabularySize: .random(in: 1...300, using: &random), layers: .random(in: 1...12, using: &random),
      heads: 2, channels: 2 * .random(in: 1...20, using: &random))
    let source = directory.file("source.bin")
    let back = directory.file("back.bin")
    try Checkpoint.write(try Parameters.random(configuration, seed: seed), to: source, replacing: false)
    try Weights.read(source).writeSafeTensors(to: output, format: .fp32, replacing: false)
    let json = configuration.huggingFaceJSON(format: .fp32, endOfText: nil)
    _ = try directory.write(Array(json.utf8), to: "config.json")
    try Checkpoint.write(try Weights.read(directory.path), to: back, replacing: false, version: .float32)
    // Random padding rows are not kept.
    try Checkpoint.write(try Weights.read(source), to: source, replacing: true, version: .float32)
    #expect(try contents(back) == contents(source))
  }

  /// Blocks cannot be transposed; their values can.
  @Test(arguments: [WeightFormat.q8_0, .q4_0])
  func blocksAreTakenApart(format: WeightFormat) throws {
    let gguf = TestFiles.fixture("gguf/model_q8_0.gguf")
    let weights = try Weights.read(gguf).encoded(as: format)
    try weights.writeSafeTensors(to: output, format: .fp32, replacing: false)
    let json = weights.configuration.huggingFaceJSON(format: .fp32, endOfText: 1)
    _ = try directory.write(Array(json.utf8), to: "config.json")
    let read = try Weights.read(directory.path)
    for place in TensorPlace.all(in: weights.configuration) {
      #expect(decoded(read[place.tensor, place.layer]) == decoded(weights[place.tensor, place.layer]))
    }
    withExtendedLifetime((weights, read)) {}
    #expect(
      expectFileError(output) {
        try weights.writeSafeTensors(to: output, format: format, replacing: true)
      }
        == .mismatch(
          found: "weights to be written as \(format.rawValue)", expected: "fp32, fp16 or bf16",
          advice: "choose another format"))
  }

  @Test func aWeightBeyondTheFormatsRangeLeavesNothing() throws {
    let parameters = try Parameters.read(HuggingFaceFixture.model)
    parameters[.fcw, 1].base[7] = 70_000
    guard
      case .mismatch(let found, _, _) = expectFileError(
        output, { try Weights(parameters).writeSafeTensors(to: output, format: .fp16, replacing: false) })
    else {
      Issue.record("accepted")
      return
    }
    #expect(found.hasPrefix("weight 70000.0 at position "))
    #expect(found.hasSuffix(" of transformer.h.1.mlp.c_fc.weight"))
    #expect(try directory.names().isEmpty)
  }

  @Test func whatTheConfigurationSays() throws {
    let json = try HuggingFaceFixture.configuration().huggingFaceJSON(format: .fp16, endOfText: 756)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
    let members = try #require(object as? [String: Any])
    #expect(members["dtype"] as? String == "float16")
    #expect(members["eos_token_id"] as? Int == 756)
    #expect(members["layer_norm_epsilon"] as? Double == 1e-5)
    #expect(members["architectures"] as? [String] == ["GPT2LMHeadModel"])
    // Each that transformers writes for the same model, it says the same or leaves at GPT2Config's default.
    let reference = try JSONSerialization.jsonObject(
      with: try contents(HuggingFaceFixture.model + "/config.json"))
    for (key, value) in try #require(reference as? [String: Any]) where members[key] != nil && key != "dtype"
    {
      #expect("\(members[key] ?? "")" == "\(value)", "\(key)")
    }
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
