import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import GPT2Kernels
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

@Suite struct WeightsWritingTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The tokenizer's part of the metadata is taken from the file; its own test is in TokensTests.
  @Test func theFileHasTheBytesThatPythonWrote() throws {
    let tokenizer = try GGUFFile(contentsOf: PlacedModel.path).metadata.filter {
      $0.key.hasPrefix("tokenizer.")
    }
    #expect(tokenizer.count == 7)
    let path = directory.file("model.gguf")
    try Weights(try PlacedModel.parameters())
      .writeGGUF(to: path, format: .q8_0, tokenizer: tokenizer, replacing: false)
    #expect(try bytes(of: path) == bytes(of: PlacedModel.path))
  }

  /// A vocabulary that is padded as llm.c pads it: GGUF files do not say.
  @Test func fp32ThereAndBackGivesTheSameBytes() throws {
    let source = TestFiles.fixture("awkward.bin")
    let gguf = directory.file("model.gguf")
    let back = directory.file("back.bin")
    try Weights.read(source).writeGGUF(to: gguf, format: .fp32, replacing: false)
    try Checkpoint.write(try Weights.read(gguf), to: back, replacing: false, version: .float32)
    #expect(try bytes(of: back) == bytes(of: source))
  }

  @Test(arguments: 0..<6)
  func randomModelsThereAndBackGiveTheSameBytes(seed: UInt64) throws {
    let parameters = try randomModel(seed: seed, multiple: 1)
    let source = directory.file("source.bin")
    let gguf = directory.file("model.gguf")
    let back = directory.file("back.bin")
    try Checkpoint.write(parameters, to: source, replacing: false)
    try Weights.read(source).writeGGUF(to: gguf, format: .fp32, replacing: false)
    try Checkpoint.write(try Weights.read(gguf), to: back, replacing: false, version: .float32)
    #expect(try bytes(of: back) == bytes(of: source))
  }

  /// In GGUF the vectors and positions are fp32 meanwhile.
  @Test func bf16ThereAndBackGivesTheSameBytes() throws {
    let source = directory.file("source.bin")
    let gguf = directory.file("model.gguf")
    let back = directory.file("back.bin")
    try Checkpoint.write(
      try randomModel(seed: 9, multiple: 3), to: source, replacing: false, version: .bfloat16)
    try Weights.read(source).writeGGUF(to: gguf, format: .bf16, replacing: false)
    try Checkpoint.write(try Weights.read(gguf), to: back, replacing: false, version: .bfloat16)
    #expect(try bytes(of: back) == bytes(of: source))
  }

  @Test(arguments: WeightFormat.encodable)
  func everyFormatIsReadAsItWasEncoded(format: WeightFormat) throws {
    let parameters = try randomModel(seed: 3, multiple: 32)
    let path = directory.file("model.gguf")
    try Weights(parameters).writeGGUF(to: path, format: format, replacing: false)
    let weights = try Weights.read(path)
    #expect(weights.configuration == parameters.configuration)
    for place in TensorPlace.all(in: weights.configuration) {
      let stored = weights[place.tensor, place.layer]
      let isVectorOrPositions = !place.tensor.isMatrix || place.tensor == .wpe
      #expect(stored.format == (isVectorOrPositions ? .fp32 : format))
      let matrix = parameters[place.tensor, place.layer]
      var encoded = [UInt8](repeating: 0, count: stored.byteCount)
      encoded.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        stored.format.encode(matrix.base, count: stored.rows * stored.columns, into: base)
      }
      #expect(Array(UnsafeRawBufferPointer(start: stored.base, count: stored.byteCount)) == encoded)
    }
    withExtendedLifetime((weights, parameters)) {}
  }

  @Test(arguments: [WeightFormat.q8_0, .q4_0, .fp16])
  func decodedWeightsStayAsTheyAre(format: WeightFormat) throws {
    let first = directory.file("first.gguf")
    let second = directory.file("second.gguf")
    let third = directory.file("third.bin")
    try Weights(try randomModel(seed: 4, multiple: 32)).writeGGUF(to: first, format: format, replacing: false)
    let weights = try Weights.read(first)
    try weights.writeGGUF(to: second, format: .fp32, replacing: false)
    try Checkpoint.write(weights, to: third, replacing: false, version: .float32)
    let (a, b) = (try Weights.read(second), try Weights.read(third))
    for place in TensorPlace.all(in: weights.configuration) {
      let expected = decoded(weights[place.tensor, place.layer])
      #expect(decoded(a[place.tensor, place.layer]) == expected)
      #expect(decoded(b[place.tensor, place.layer]) == expected)
    }
    withExtendedLifetime((weights, a, b)) {}
  }

  @Test func version1HasNoPaddingRows() throws {
    let path = directory.file("v1.bin")
    let weights = try Weights.read(TestFiles.fixture("tiny.bin"))
    try Checkpoint.write(weights, to: path, replacing: false, version: .unpadded)
    #expect(try bytes(of: path) == bytes(of: TestFiles.fixture("tiny_v1.bin")))
  }

  @Test(arguments: [WeightFormat.q8_0, .q4_0])
  func rowsThatAreNoWholeBlocksAreRefused(format: WeightFormat) throws {
    let path = directory.file("model.gguf")
    let weights = try Weights.read(TestFiles.fixture("tiny.bin"))
    let cause = expectFileError(path) { try weights.writeGGUF(to: path, format: format, replacing: false) }
    #expect(
      cause
        == .mismatch(
          found: "token_embd.weight with rows of 10 weights",
          expected: "multiples of 32 for \(format.rawValue)",
          advice: "choose fp32, fp16 or bf16"))
    #expect(try directory.names().isEmpty)
  }

  @Test(arguments: [
    (WeightFormat.fp16, Float(65520)), (.bf16, .greatestFiniteMagnitude), (.q8_0, .infinity), (.q4_0, .nan),
    (.fp32, .nan), (.fp16, -.infinity), (.bf16, .nan), (.q8_0, 127 * 65600), (.q4_0, -8 * 65600),
  ])
  func aWeightBeyondTheRangeIsRefused(format: WeightFormat, weight: Float) throws {
    let parameters = try randomModel(seed: 5, multiple: 32)
    parameters[.fcw, 0].base[77] = weight
    let path = directory.file("model.gguf")
    let cause = expectFileError(path) {
      try Weights(parameters).writeGGUF(to: path, format: format, replacing: false)
    }
    guard case .mismatch("weight \(weight) at position 77 of blk.0.ffn_up.weight", _, _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    #expect(try directory.names().isEmpty)
  }

  /// Vectors too, which no format of matrices rounds: in each kind of file that there is.
  @Test(arguments: [ParameterTensor.fcb, .ln1w, .lnfb, .wpe], [Float.nan, .infinity, -.infinity])
  func aVectorThatIsNotFiniteIsRefusedByEveryWriter(tensor: ParameterTensor, value: Float) throws {
    let parameters = try randomModel(seed: 6, multiple: 32)
    parameters[tensor, 0].base[1] = value
    let weights = Weights(parameters)
    let writers: [(String) throws -> Void] = [
      { try weights.writeGGUF(to: $0, format: .q8_0, replacing: false) },
      { try weights.writeGGUF(to: $0, replacing: false) },
      { try weights.writeSafeTensors(to: $0, format: .fp32, replacing: false) },
      { try weights.writeSafeTensors(to: $0, format: .bf16, replacing: false) },
      { try Checkpoint.write(weights, to: $0, replacing: false, version: .float32) },
      { try Checkpoint.write(weights, to: $0, replacing: false, version: .bfloat16) },
    ]
    for (index, write) in writers.enumerated() {
      let cause = expectFileError(directory.file("\(index)")) { try write(directory.file("\(index)")) }
      guard case .mismatch(let found, "a finite number", _) = cause else {
        Issue.record("writer \(index): \(String(describing: cause))")
        continue
      }
      #expect(found.hasPrefix("weight \(value) at position 1 of "), "\(found)")
    }
    #expect(try directory.names().isEmpty)
  }

  @Test(arguments: [
    (ParameterTensor.fcw, WeightFormat.q8_0, Float.nan), (.fcb, .q4_0, .nan), (.ln2w, .fp16, .infinity),
    (.wte, .fp16, 65520), (.qkvw, .q4_0, -.infinity), (.wpe, .bf16, .nan),
  ])
  func roundingWhileLoadingRefusesIt(tensor: ParameterTensor, format: WeightFormat, value: Float) throws {
    let parameters = try randomModel(seed: 7, multiple: 32)
    parameters[tensor, 0].base[31] = value
    let weights = Weights(parameters)
    do {
      _ = try weights.encoded(as: format)
      Issue.record("expected an error")
    } catch WeightFormatError.unstorable(let weight) {
      #expect(weight.value.bitPattern == value.bitPattern && weight.position == 31)
      #expect(weight.tensor == (tensor.isPerLayer ? "\(tensor.name) of layer 0" : tensor.name))
    }
    // The same with the file's name.
    let cause = expectFileError("a.bin") {
      _ = try weights.encoded(as: format, readFrom: "a.bin", on: Workers(count: 1))
    }
    guard case .mismatch = cause else { Issue.record("\(String(describing: cause))"); return }
  }

  /// Blocks are copied as they are, but not where they stand for no numbers.
  @Test func aBlockWhoseScaleIsNoNumberIsNotCopied() throws {
    let first = directory.file("first.gguf")
    try Weights(try randomModel(seed: 4, multiple: 32)).writeGGUF(to: first, format: .q8_0, replacing: false)
    let file = try GGUFFile(contentsOf: first)
    let place = try #require(file.bytes(ofTensor: "blk.0.attn_qkv.weight")?.baseAddress)
    let offset = try place - #require(file.file.bytes.baseAddress)
    var bytes = Array(file.file.bytes)
    bytes.replaceSubrange(offset + 34..<offset + 36, with: [0x00, 0x7E])  // NaN, of the second block
    let damaged = try directory.write(bytes, to: "damaged.gguf")
    let second = directory.file("second.gguf")
    let cause = expectFileError(second) { try Weights.read(damaged).writeGGUF(to: second, replacing: false) }
    guard case .mismatch("weight nan at position 32 of blk.0.attn_qkv.weight", _, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    withExtendedLifetime(file) {}
  }

  /// - Parameter multiple: Of the channels.
  private func randomModel(seed: UInt64, multiple: Int) throws -> Parameters {
    var random = SeededRandom(seed: seed)
    let heads = Int.random(in: 1...2, using: &random)
    let parameters = try Parameters(
      zeroed: try Configuration(
        maximumSequenceLength: Int.random(in: 1...9, using: &random),
        vocabularySize: Int.random(in: 1...150, using: &random),
        layers: Int.random(in: 1...3, using: &random),
        heads: heads, channels: heads * multiple * Int.random(in: 1...2, using: &random)))
    for value in parameters.values.indices {
      parameters.values[value] = Float.random(in: -2...2, using: &random)
    }
    parameters.clearPaddingRows()
    return parameters
  }

  private func bytes(of path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
