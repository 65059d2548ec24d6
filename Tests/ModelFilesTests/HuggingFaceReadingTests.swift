import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import GPT2SafeTensors
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

@Suite struct HuggingFaceReadingTests {
  /// Against the logits that transformers computed in float64: names, shapes, transposes and heads are all right.
  @Test(arguments: [HuggingFaceFixture.model, HuggingFaceFixture.sharded])
  func logitsAreThoseOfTransformers(folder: String) throws {
    let parameters = try Parameters.read(folder)
    #expect(parameters.configuration == (try HuggingFaceFixture.configuration()))
    let expected = try HuggingFaceFixture.expected()
    let logits = PlainGPT2(parameters).logits(after: expected.tokens)
    #expect(logits.count == expected.logits.count)
    let largest = expected.logits.map(abs).max() ?? 0
    for (found, value) in zip(logits, expected.logits) { #expect(abs(found - value) < 1e-6 * largest) }
  }

  /// For inference and for training, and in the format of the file.
  @Test(arguments: [HuggingFaceFixture.model, HuggingFaceFixture.sharded])
  func weightsAreTheParameters(folder: String) throws {
    let weights = try Weights.read(folder)
    let parameters = try Parameters.read(folder)
    for place in TensorPlace.all(in: weights.configuration) {
      let stored = weights[place.tensor, place.layer]
      #expect(stored.format == .fp32)
      let matrix = parameters[place.tensor, place.layer]
      #expect(decoded(stored) == (0..<stored.rows).flatMap { Array(matrix[$0]) }, "\(place)")
    }
    let padding = parameters[.wte].rows(757..<768)
    #expect((0..<padding.rows).allSatisfy { padding[$0].allSatisfy { $0 == 0 } })
    withExtendedLifetime((weights, parameters)) {}
  }

  /// Every element of a linear weight, against the file's own bytes.
  @Test func linearWeightsAreTransposed() throws {
    let file = try SafeTensorsFile(contentsOf: HuggingFaceFixture.model + "/model.safetensors")
    let weights = try Weights.read(HuggingFaceFixture.model)
    for (tensor, name) in [
      (ParameterTensor.qkvw, "attn.c_attn"), (.attprojw, "attn.c_proj"), (.fcw, "mlp.c_fc"),
      (.fcprojw, "mlp.c_proj"),
    ] {
      let bytes = try #require(file.bytes(ofTensor: "transformer.h.1.\(name).weight"))
      let values = bytes.withMemoryRebound(to: Float.self) { Array($0) }
      let stored = weights[tensor, 1]
      let transposed = (0..<stored.rows).flatMap { row in
        (0..<stored.columns).map { values[$0 * stored.rows + row] }
      }
      #expect(decoded(stored) == transposed)
    }
    withExtendedLifetime((file, weights)) {}
  }

  @Test(arguments: [ElementType.bf16, .f16])
  func sixteenBitsStaySixteenBits(type: ElementType) throws {
    let folder = try FolderCopy()
    try folder.change { tensors in
      for index in tensors.indices {
        let info = tensors[index].info
        // Every second pair of bytes: as fp16 some values, as bf16 those of the file, cut off.
        tensors[index].bytes = stride(from: 2, to: tensors[index].bytes.count, by: 4).flatMap {
          [tensors[index].bytes[$0], tensors[index].bytes[$0 + 1] & 0xBF]
        }
        tensors[index].info = SafeTensorInfo(name: info.name, type: type, shape: info.shape)
      }
    }
    let weights = try Weights.read(folder.path)
    let parameters = try Parameters.read(folder.path)
    #expect(weights[.qkvw, 1].format == WeightFormat(type))
    for place in TensorPlace.all(in: weights.configuration) {
      let stored = weights[place.tensor, place.layer]
      let matrix = parameters[place.tensor, place.layer]
      #expect(decoded(stored) == (0..<stored.rows).flatMap { Array(matrix[$0]) })
    }
    let copy = folder.directory.file("copy.safetensors")
    try weights.writeSafeTensors(to: copy, format: weights.format, replacing: false)
    #expect(try contents(copy) == contents(folder.weights))
  }

  /// What old versions wrote: no prefix, masks, and the classifier once more.
  @Test func otherNames() throws {
    let reference = try Parameters.read(HuggingFaceFixture.model)
    let folder = try FolderCopy()
    try folder.change { tensors in
      tensors.rename { String($0.dropFirst("transformer.".count)) }
      tensors.add("h.0.attn.bias", .u8, [1, 1, 13, 13])
      tensors.add("h.1.attn.masked_bias", .f32, [])
      let table = try #require(tensors.first { $0.info.name == "wte.weight" })
      tensors.append(table)
      let last = tensors.count - 1
      tensors[last].info = SafeTensorInfo(name: "lm_head.weight", type: .f32, shape: table.info.shape)
    }
    #expect(try Parameters.read(folder.path).isEqual(to: reference))
    // safetensors' save_model keeps one name only of what is the same.
    try folder.change { tensors in tensors.removeAll { $0.info.name == "wte.weight" } }
    #expect(try Parameters.read(folder.path).isEqual(to: reference))
  }

  /// What torch.compile and data parallelism put before names, whatever their order.
  @Test(arguments: ["_orig_mod.", "module.", "_orig_mod.module.", "module._orig_mod."])
  func prefixes(prefix: String) throws {
    let reference = try Parameters.read(HuggingFaceFixture.model)
    let folder = try FolderCopy()
    try folder.change { tensors in tensors.rename { prefix + $0 } }
    #expect(try Parameters.read(folder.path).isEqual(to: reference))
    try folder.change { tensors in
      tensors.rename { prefix + $0.dropFirst((prefix + "transformer.").count) }
    }
    #expect(try Parameters.read(folder.path).isEqual(to: reference))
  }

  /// Heads that the logits do not need, and empty tensors.
  @Test func otherHeadsAreLeftOutAloud() throws {
    let reference = try Parameters.read(HuggingFaceFixture.model)
    let folder = try FolderCopy()
    let names = [
      "classifier.bias", "empty", "multiple_choice_head.summary.weight", "score.weight",
      "v_head.summary.weight",
    ]
    try folder.change { tensors in
      for name in names { tensors.add(name, .f32, name == "empty" ? [0, 3] : [2]) }
    }
    #expect(try Parameters.read(folder.path).isEqual(to: reference))
    let file = try ModelFile(contentsOf: folder.path)
    #expect(file.leftOut == names)
    #expect(
      file.leftOutLine
        == "\(folder.weights): left out classifier.bias, empty, multiple_choice_head.summary.weight, "
        + "score.weight, …, which generation does not need")
    #expect(try ModelFile(contentsOf: HuggingFaceFixture.model).leftOutLine == nil)
  }

  /// A model without any bias is one whose biases are zero.
  @Test func noBiases() throws {
    let folder = try FolderCopy()
    let zero = try FolderCopy()
    try folder.change { tensors in tensors.removeAll { $0.info.name.hasSuffix(".bias") } }
    try zero.change { tensors in
      for index in tensors.indices where tensors[index].info.name.hasSuffix(".bias") {
        tensors[index].bytes = tensors[index].bytes.map { _ in 0 }
      }
    }
    let reference = try Parameters.read(zero.path)
    #expect(try Parameters.read(folder.path).isEqual(to: reference))
    let weights = try Weights.read(folder.path)
    for tensor in ParameterTensor.allCases where tensor.role == .bias {
      #expect(decoded(weights[tensor]).allSatisfy { $0 == 0 })
    }
    #expect(decoded(weights[.fcw, 1]) == Array(reference.copy(of: .fcw).suffix(60 * 15)))
    withExtendedLifetime(weights) {}
  }

  /// A head that has the table's values is tied, whatever config.json says and whatever type it has.
  @Test func aTiedHeadInAnotherType() throws {
    let folder = try FolderCopy()
    try folder.configure(["tie_word_embeddings": false])
    try folder.change { tensors in
      let table = try #require(tensors.first { $0.info.name == "transformer.wte.weight" })
      let values = table.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      let bytes = values.flatMap { value in withUnsafeBytes(of: Double(value)) { Array($0) } }
      tensors.append(
        FolderCopy.Tensor(
          info: SafeTensorInfo(name: "lm_head.weight", type: .f64, shape: table.info.shape), bytes: bytes))
    }
    #expect(try Weights.read(folder.path).ownClassifier == nil)
  }

  /// A file in its folder is the folder's model; the path may have a slash at its end.
  @Test func filesAndFolders() throws {
    let reference = try Parameters.read(HuggingFaceFixture.model)
    for path in [HuggingFaceFixture.model + "/model.safetensors", HuggingFaceFixture.model + "/"] {
      #expect(try Parameters.read(path).isEqual(to: reference))
    }
    // Of another name it is known by its first bytes.
    let folder = try FolderCopy()
    let other = folder.directory.file("weights")
    try FileManager.default.moveItem(atPath: folder.weights, toPath: other)
    #expect(try Parameters.read(other).isEqual(to: reference))
  }

  /// All but the heads follows from the shapes; heads have 64 channels.
  @Test func aFileAlone() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 3, vocabularySize: 5, layers: 1, heads: 2, channels: 128)
    let parameters = try Parameters.random(configuration, seed: 1)
    let directory = try TemporaryDirectory()
    let path = directory.file("alone.safetensors")
    try Weights(parameters).writeSafeTensors(to: path, format: .fp32, replacing: false)
    let file = try ModelFile(contentsOf: path)
    #expect(try file.configuration() == configuration)
    guard case .safeTensors(let model) = file else {
      Issue.record("another kind")
      return
    }
    #expect(model.folder == nil)
    let read = try file.parameters()
    #expect(read.copy(of: .fcw) == parameters.copy(of: .fcw))
  }

  /// Every kind that `ModelFile` knows, to be trained: against `Checkpoint.read`.
  @Test(arguments: ["tiny.bin", "awkward.bin", "tiny_v1.bin", "tiny_bf16.bin"])
  func parametersOfEveryKind(name: String) throws {
    let path = TestFiles.fixture(name)
    let reference = try Checkpoint.read(path)
    #expect(try ModelFile(contentsOf: path).configuration() == reference.configuration)
    #expect(try Parameters.read(path).isEqual(to: reference))
    let directory = try TemporaryDirectory()
    let gguf = directory.file("model.gguf")
    try Weights.read(path).writeGGUF(to: gguf, format: .fp32, replacing: false)
    let read = try Parameters.read(gguf)
    #expect(try ModelFile(contentsOf: gguf).configuration() == read.configuration)
    for tensor in ParameterTensor.allCases where tensor != .wte {
      #expect(read.copy(of: tensor) == reference.copy(of: tensor))
    }
    let table = reference.configuration.vocabularySize * reference.configuration.channels
    #expect(read.copy(of: .wte).prefix(table) == reference.copy(of: .wte).prefix(table))
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}

extension Parameters {
  fileprivate func isEqual(to other: Parameters) -> Bool {
    configuration == other.configuration
      && ParameterTensor.allCases.allSatisfy { copy(of: $0) == other.copy(of: $0) }
  }
}
