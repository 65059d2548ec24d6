import GPT2BinaryFiles
import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2SafeTensors
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// Models in the files that dev/reference/make_pytorch.py had PyTorch write.
@Suite struct PyTorchModelTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func reference() throws -> Parameters {
    let folder = directory.file("reference")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (from, to) in [("float32.safetensors", "model.safetensors"), ("config.json", "config.json")] {
      try FileManager.default.copyItem(
        atPath: TestFiles.fixture("relatives/\(from)"), toPath: folder + "/" + to)
    }
    return try Parameters.read(folder)
  }

  /// Alone beside config.json, in a folder, and in several files.
  @Test(arguments: ["transformers", "transformers/pytorch_model.bin", "sharded"])
  func transformersFiles(name: String) throws {
    let reference = try reference()
    let path = TestFiles.fixture("pytorch/\(name)")
    let read = try Parameters.read(path)
    let weights = try Weights.read(path)
    #expect(read.configuration == reference.configuration)
    #expect(weights.differences.isEmpty)
    for tensor in ParameterTensor.allCases { #expect(read.copy(of: tensor) == reference.copy(of: tensor)) }
    #expect(decoded(weights[.fcw, 1]) == Array(reference.copy(of: .fcw).suffix(48 * 12)))
    withExtendedLifetime(weights) {}
  }

  @Test func otherTypes() throws {
    let reference = try reference()
    for (name, isRounded) in [("wide", false), ("half", true)] {
      let folder = directory.file(name)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (from, to) in [
        ("pytorch/\(name).bin", "pytorch_model.bin"), ("relatives/config.json", "config.json"),
      ] {
        try FileManager.default.copyItem(atPath: TestFiles.fixture(from), toPath: folder + "/" + to)
      }
      let read = try Parameters.read(folder)
      for tensor in ParameterTensor.allCases {
        let expected = reference.copy(of: tensor).map { isRounded ? Float(Float16($0)) : $0 }
        #expect(read.copy(of: tensor) == expected)
      }
      #expect(try Weights.read(folder)[.qkvw].format == (isRounded ? .fp16 : .fp32))
    }
  }

  @Test func beforeVersion16() throws {
    let legacy = TestFiles.fixture("pytorch/legacy.bin")
    let folder = directory.file("legacy")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let inside = folder + "/pytorch_model.bin"
    try FileManager.default.copyItem(atPath: legacy, toPath: inside)
    try FileManager.default.copyItem(
      atPath: TestFiles.fixture("relatives/config.json"), toPath: folder + "/config.json")
    for (path, named) in [(legacy, legacy), (folder, inside)] {
      guard
        case .mismatch("a pickle, as PyTorch saved before version 1.6", _, let advice) = expectFileError(
          named, { _ = try ModelFile(contentsOf: path) })
      else {
        Issue.record("accepted \(path)")
        continue
      }
      #expect(advice.contains("torch.save"))
    }
  }

  @Test func aShardThatIsMissing() throws {
    let folder = directory.file("sharded")
    try FileManager.default.copyItem(atPath: TestFiles.fixture("pytorch/sharded"), toPath: folder)
    let shard = folder + "/pytorch_model-00002-of-00002.bin"
    try FileManager.default.removeItem(atPath: shard)
    #expect(expectFileError(shard) { _ = try ModelFile(contentsOf: folder) } == .notFound)
    try FileManager.default.copyItem(atPath: folder + "/pytorch_model-00001-of-00002.bin", toPath: shard)
    guard case .mismatch = expectFileError(shard, { _ = try ModelFile(contentsOf: folder) }) else {
      Issue.record("accepted the first file twice")
      return
    }
  }

  /// A state_dict() of nanoGPT's or minGPT's alone: linear weights are (out, in), which their shapes tell.
  @Test func linearWeightsAsTheyAre() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 3, vocabularySize: 5, layers: 2, heads: 2, channels: 128)
    let parameters = try Parameters.random(configuration, seed: 1)
    let path = directory.file("state.safetensors")
    let places = TensorPlace.all(in: configuration)
    let tensors = places.map { place in
      SafeTensorInfo(
        name: "_orig_mod.transformer." + place.huggingFaceName, type: .f32,
        shape: place.tensor.stateShape(in: configuration, isTransposed: false))
    }
    try SafeTensorsWriter.write(to: path, replacing: false, metadata: [:], tensors: tensors) {
      index, append throws(FileError) in
      let matrix = parameters[places[index].tensor, places[index].layer]
      let bytes = tensors[index].byteCount ?? 0
      try append(UnsafeRawBufferPointer(start: matrix.base, count: bytes))
    }
    let read = try Parameters.read(path)
    #expect(read.configuration == configuration)
    for tensor in ParameterTensor.allCases where tensor != .wte {
      #expect(read.copy(of: tensor) == parameters.copy(of: tensor))
    }
  }
}

/// nanoGPT's ckpt.pt, with biases, and without as of a compiled model.
@Suite struct NanoGPTCheckpointTests {
  struct Expected: Decodable {
    let tokens: [Int32]
    let logits: [Double]
    let batch: [[Int32]]
    let exact: Double
    let approximate: Double
    let losses: [Float]

    var inputs: [Int32] { batch.flatMap { $0.dropLast() } }
    var targets: [Int32] { batch.flatMap { $0.dropFirst() } }
  }

  private func expected(_ name: String) throws -> Expected {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("pytorch/nanogpt.json")))
    return try #require(try JSONDecoder().decode([String: Expected].self, from: data)[name])
  }

  private func file(_ name: String) throws -> PyTorchModel {
    guard case .pyTorch(let file) = try ModelFile(contentsOf: TestFiles.fixture("pytorch/\(name).pt")) else {
      throw FileError(name, .notFound)
    }
    return file
  }

  @Test(arguments: ["nanogpt", "nanogpt_without_bias"])
  func logitsAreNanoGPTs(name: String) throws {
    let expected = try expected(name)
    let path = TestFiles.fixture("pytorch/\(name).pt")
    let weights = try Weights.read(path)
    #expect(weights.differences == ["activation_function = gelu"])
    let model = try LanguageModel(weights, precision: .fp32, on: Workers(count: 2))
    let cache = KeyValueCache(for: model, capacity: 10)
    let pass = InferencePass(model.configuration)
    try model.read([.init(cache, expected.tokens)], in: pass)
    let largest = expected.logits.map(abs).max() ?? 0
    for (found, value) in zip(pass.logits(), expected.logits) {
      #expect(abs(Double(found) - value) < 3e-6 * largest)
    }
    let file = try file(name)
    #expect(file.checkpoint?.updates == 5)
    #expect((file.checkpoint?.bestValidationLoss ?? 0) > 3)
  }

  /// Training has GPT-2's activation, by which the loss is another in the fifth place.
  @Test(arguments: ["nanogpt", "nanogpt_without_bias"])
  func trainingBeginsAtTheSameLoss(name: String) throws {
    let expected = try expected(name)
    let parameters = try Parameters.read(TestFiles.fixture("pytorch/\(name).pt"))
    #expect(parameters.configuration.variant == .gpt2)
    let model = Model(parameters, on: Workers(count: 2))
    let activations = try Activations(
      model.configuration, batchSize: 3, sequenceLength: 10, keepingForBackward: false)
    try model.forward(expected.inputs, into: activations)
    let loss = Double(try model.loss(targets: expected.targets, from: activations))
    #expect(abs(loss - expected.approximate) < 1e-6)
    #expect(abs(loss - expected.exact) < 3e-5)
  }

  /// Six updates here are PyTorch's six, by the moments in the file.
  @Test func adamWGoesOnFromTheMoments() throws {
    let expected = try expected("nanogpt")
    let parameters = try Parameters.read(TestFiles.fixture("pytorch/nanogpt.pt"))
    let model = Model(parameters, on: Workers(count: 2))
    let moments = try #require(try file("nanogpt").moments())
    #expect(moments.updates == 5)
    let optimizer = try Optimizer(
      model.configuration, settings: .init(beta2: 0.99, weightDecay: 0.1, maximumGradientNorm: 1))
    moments.fill(optimizer)
    optimizer.updatesBefore = moments.updates
    let gradients = try Parameters(zeroed: model.configuration)
    let activations = try Activations(
      model.configuration, batchSize: 3, sequenceLength: 10, keepingForBackward: true)
    var losses: [Float] = []
    for _ in expected.losses {
      try model.forward(expected.inputs, into: activations)
      losses.append(
        try model.backward(
          expected.inputs, targets: expected.targets, from: activations, into: gradients, accumulating: false,
          scale: 1))
      optimizer.update(
        parameters, gradients: gradients, learningRate: 1e-2,
        gradientNorm: Optimizer.norm(of: gradients, on: model.workers), on: model.workers)
    }
    for (found, value) in zip(losses, expected.losses) { #expect(abs(found - value) < 2e-6) }
  }

  /// Where the model has no biases, theirs stay zero.
  @Test func momentsWithoutBiases() throws {
    let moments = try #require(try file("nanogpt_without_bias").moments())
    let configuration = try Parameters.read(TestFiles.fixture("pytorch/nanogpt.pt")).configuration
    let optimizer = try Optimizer(configuration, settings: .init())
    moments.fill(optimizer)
    var start = 0
    for tensor in ParameterTensor.allCases {
      let range = start..<start + (try #require(tensor.count(in: configuration)))
      let isZero = optimizer.states[0].values[range].allSatisfy { $0 == 0 }
      #expect(isZero == (tensor.role == .bias), "\(tensor)")
      #expect(optimizer.states[1].values[range].allSatisfy { $0 >= 0 })
      start = range.upperBound
    }
  }

  @Test func otherFilesHaveNone() throws {
    guard case .pyTorch(let file) = try ModelFile(contentsOf: TestFiles.fixture("pytorch/transformers"))
    else {
      Issue.record("another kind")
      return
    }
    #expect(file.checkpoint == nil)
    #expect(try file.moments() == nil)
  }
}
