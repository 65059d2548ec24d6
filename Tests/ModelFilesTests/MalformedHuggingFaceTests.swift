import GPT2BinaryFiles
import Foundation
import GPT2SafeTensors
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// One test a way in which a folder can be wrong, each a good one with something changed.
@Suite struct MalformedHuggingFaceTests {
  private let folder: FolderCopy

  init() throws { folder = try FolderCopy() }

  @Test func theCopyIsGood() throws {
    _ = try Weights.read(folder.path)
    try folder.change { _ in }
    _ = try Weights.read(folder.path)
  }

  @Test(
    arguments: [
      ("model_type", "gptj", "model_type = 'gptj'"), ("model_type", nil, "no model_type"),
      ("activation_function", "relu", "activation_function = 'relu'"),
      ("activation_function", 1, "activation_function = 1"),
      ("layer_norm_epsilon", 0, "layer_norm_epsilon = 0"),
      ("layer_norm_epsilon", -1e-6, "layer_norm_epsilon = -1e-06"),
      ("layer_norm_epsilon", "x", "layer_norm_epsilon = 'x'"),
      ("scale_attn_weights", "no", "scale_attn_weights = 'no'"),
      ("scale_attn_by_inverse_layer_idx", 1, "scale_attn_by_inverse_layer_idx = 1"),
      ("add_cross_attention", true, "add_cross_attention = true"),
      ("n_inner", "61", "n_inner = '61'"), ("n_embd", nil, "no n_embd"), ("n_layer", "2", "n_layer = '2'"),
      ("n_head", 1.5, "n_head = 1.5"), ("n_positions", nil, "no n_ctx"), ("vocab_size", nil, "no vocab_size"),
    ] as [(String, (any Sendable)?, String)])
  func whatIsNoGPT2(key: String, value: (any Sendable)?, words: String) throws {
    try folder.configure([key: value])
    let cause = expectFileError(folder.configuration) { _ = try Weights.read(folder.path) }
    guard case .mismatch(words, _, _) = cause else {
      Issue.record("\(key): \(String(describing: cause))")
      return
    }
  }

  @Test func whatMeansTheSame() throws {
    try folder.configure([
      "n_inner": 60, "activation_function": "gelu_pytorch_tanh", "n_ctx": 13, "n_positions": nil,
      "tie_word_embeddings": nil,
    ])
    _ = try Weights.read(folder.path)
  }

  @Test(arguments: [
    ("n_head", 4), ("n_head", 0), ("n_layer", -1), ("n_embd", 1 << 40), ("n_layer", 1 << 20), ("n_inner", 0),
    ("n_inner", 1 << 40),
  ])
  func numbersOutOfRange(key: String, value: Int) throws {
    try folder.configure([key: value])
    guard case .invalidField = expectFileError(folder.configuration, { _ = try Weights.read(folder.path) })
    else {
      Issue.record("\(key) = \(value)")
      return
    }
  }

  @Test(arguments: [
    ("n_layer", 1, "tensor transformer.h.1.attn.c_attn.bias"), ("n_layer", 3, "no tensor h.2.ln_1.weight"),
    ("n_embd", 18, "transformer.wte.weight F32 (757, 15)"),
    ("n_positions", 12, "transformer.wpe.weight F32 (13, 15)"),
    ("vocab_size", 768, "transformer.wte.weight F32 (757, 15)"),
    ("n_inner", 61, "transformer.h.0.mlp.c_fc.weight F32 (15, 60)"),
  ])
  func numbersThatTheTensorsDoNotHave(key: String, value: Int, words: String) throws {
    try folder.configure([key: value])
    #expect(try mismatch() == words)
  }

  /// (out, in) instead of (in, out), as llm.c and GGUF have it.
  @Test func aTransposedTensor() throws {
    try folder.change { $0.change("transformer.h.0.attn.c_attn.weight", shape: [45, 15]) }
    #expect(try mismatch() == "transformer.h.0.attn.c_attn.weight F32 (45, 15)")
  }

  @Test func aTensorOfAnotherType() throws {
    try folder.change { $0.change("transformer.ln_f.bias", type: .i32) }
    #expect(try mismatch() == "transformer.ln_f.bias I32 (15)")
  }

  @Test func anUnknownTensor() throws {
    for name in [
      "transformer.h.0.attn.rotary", "h.x.attn.bias", "h.0.attn.bias.more", "lm_head.bias", "wtf.weight",
    ] {
      let folder = try FolderCopy()
      try folder.change { $0.add(name, .f32, [2]) }
      #expect(try mismatch(in: folder) == "tensor \(name)")
    }
  }

  @Test func aTensorWithAndWithoutPrefix() throws {
    try folder.change { $0.add("ln_f.bias", .f32, [15]) }
    #expect(
      try mismatch()
        == "ln_f.bias twice, as transformer.ln_f.bias and ln_f.bias"
        || mismatch()
          == "ln_f.bias twice, as ln_f.bias and transformer.ln_f.bias"
    )
  }

  @Test(arguments: [([768, 15], ElementType.f32), ([757, 15], .i32)])
  func aHeadOfAnotherShapeOrType(shape: [Int], type: ElementType) throws {
    try folder.change { $0.add("lm_head.weight", type, shape, byte: 1) }
    #expect(try mismatch() == "lm_head.weight \(type.name) (\(shape[0]), \(shape[1]))")
  }

  @Test func aHeadThatIsNotThere() throws {
    try folder.configure(["tie_word_embeddings": false])
    #expect(try mismatch() == "no tensor lm_head.weight")
  }

  @Test func aMissingTensor() throws {
    try folder.change { tensors in tensors.removeAll { $0.info.name == "transformer.h.1.mlp.c_fc.bias" } }
    #expect(try mismatch() == "no tensor h.1.mlp.c_fc.bias")
  }

  @Test func withoutConfiguration() throws {
    try FileManager.default.removeItem(atPath: folder.configuration)
    #expect(expectFileError(folder.configuration) { _ = try Weights.read(folder.path) } == .notFound)
    // The file alone: heads of 64 channels cannot be had of 15.
    let found = try mismatch(reading: folder.weights)
    #expect(found == "15 channels and no config.json beside the file")
  }

  @Test func aFolderOfSomethingElse() throws {
    let empty = try TemporaryDirectory()
    guard
      case .mismatch("a folder without model.safetensors or pytorch_model.bin", _, _) = expectFileError(
        empty.path, { _ = try ModelFile(contentsOf: empty.path) })
    else {
      Issue.record("accepted an empty folder")
      return
    }
  }

  @Test func aMissingShard() throws {
    let copy = try TemporaryDirectory()
    for name in try FileManager.default.contentsOfDirectory(atPath: HuggingFaceFixture.sharded)
    where name != "model-00002-of-00003.safetensors" {
      let data = try Data(contentsOf: URL(fileURLWithPath: HuggingFaceFixture.sharded + "/" + name))
      _ = try copy.write(Array(data), to: name)
    }
    let missing = copy.file("model-00002-of-00003.safetensors")
    #expect(expectFileError(missing) { _ = try Weights.read(copy.path) } == .notFound)
  }

  @Test func weightsCutShort() throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.weights)))
    _ = try folder.directory.write(bytes.dropLast(), to: "model.safetensors")
    #expect(
      expectFileError(folder.weights) { _ = try Weights.read(folder.path) }
        == .wrongSize(found: bytes.count - 1, expected: bytes.count))
  }

  /// What was found, in an error about the weights. Training reads as inference does.
  private func mismatch(in folder: FolderCopy? = nil, reading path: String? = nil) throws -> String? {
    let folder = folder ?? self.folder
    let path = path ?? folder.path
    let causes = [
      expectFileError(folder.weights) { _ = try Weights.read(path) },
      expectFileError(folder.weights) { _ = try Parameters.read(path) },
    ]
    #expect(causes[0] == causes[1])
    guard case .mismatch(let found, _, _) = causes[0] else { return nil }
    return found
  }
}
