import GPT2BinaryFiles
import GPT2Evaluation
import GPT2GGUF
import GPT2Generation
import GPT2Kernels
@testable import GPT2ModelFiles
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2Transformer

/// GGUF models as llama.cpp's quantiser writes them: each matrix in a format of its own, which is kept.
@Suite struct MixedFormatTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("mixed.gguf")
  }

  @Test(arguments: MixedModelFile.all)
  func everyMatrixDecodesAsGGMLHasIt(file: MixedModelFile) throws {
    try file.write(to: path)
    let weights = try Weights.read(path)
    for (tensor, format) in file.formats {
      let matrix = weights[tensor]
      #expect(matrix.format == format)
      #expect(decoded(matrix) == (try MixedModelFile.values(format, count: matrix.rows * matrix.columns)))
    }
    #expect(weights.format == file.formats[.wte])
    #expect(Set(weights.formats) == Set(file.formats.values))
  }

  @Test func theFirstFormatIsThatOfMostBytes() throws {
    try MixedModelFile.usual.write(to: path)
    #expect(try Weights.read(path).formats.first == .q5_1)
  }

  /// A text's losses, in double precision with the values that ggml's package makes of the blocks.
  @Test(arguments: MixedModelFile.small)
  func lossesAreThoseOfTheDecodedWeights(file: MixedModelFile) throws {
    try file.write(to: path)
    let weights = try Weights.read(path)
    let parameters = try Parameters(zeroed: weights.configuration)
    for tensor in ParameterTensor.allCases {
      let stored = weights[tensor]
      let count = stored.rows * stored.columns
      let values =
        try file.formats[tensor].map { try MixedModelFile.values($0, count: count) } ?? decoded(stored)
      parameters[tensor].base.update(from: values, count: count)
    }
    let tokens = (0..<24).map { Int32($0 * 17 % 40) }
    let expected = PlainGPT2(parameters).losses(of: tokens)
    let model = try LanguageModel(weights, precision: .fp32, on: Workers(count: 2))
    let found = try LanguageModelScorer(model).scores(of: tokens, last: 23).map(\.loss)
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(abs(Double(found) - expected) < 1e-4 * max(1, expected))
    }
  }

  @Test(arguments: MixedModelFile.all)
  func withNoFormatNamedAllStaysAsItIs(file: MixedModelFile) throws {
    try file.write(to: path)
    let again = directory.file("again.gguf")
    try Weights.read(path).writeGGUF(to: again, replacing: false)
    let (before, after) = (try GGUFFile(contentsOf: path), try GGUFFile(contentsOf: again))
    #expect(before.tensors == after.tensors)
    for info in before.tensors {
      let bytes = [before, after].map { $0.bytes(ofTensor: info.name).map { Array($0) } }
      #expect(bytes[0] == bytes[1], "\(info.name)")
    }
    #expect(after["general.file_type"] == .uint32(15))
  }

  @Test(arguments: WeightFormat.encodable)
  func withAFormatNamedAllGetIt(format: WeightFormat) throws {
    try MixedModelFile.usual.write(to: path)
    let (converted, plain) = (directory.file("converted.gguf"), directory.file("plain.gguf"))
    let weights = try Weights.read(path)
    try weights.writeGGUF(to: converted, format: format, replacing: false)
    // The same by way of fp32.
    try weights.writeGGUF(to: plain, format: .fp32, replacing: false)
    let (found, values) = (try Weights.read(converted), try Weights.read(plain))
    let memory = try values.encoded(as: format)
    for tensor in MixedModelFile.usual.formats.keys {
      #expect(found[tensor].format == format)
      #expect(decoded(found[tensor]) == decoded(memory[tensor]))
    }
    withExtendedLifetime((found, values, memory)) {}
  }

  @Test(arguments: [WeightFormat.q4_K, .q5_0, .iq4_nl, .iq2_xs, .mxfp4])
  func aFormatThatIsOnlyReadIsRefused(format: WeightFormat) throws {
    try MixedModelFile.usual.write(to: path)
    let target = directory.file("a.gguf")
    let weights = try Weights.read(path)
    let cause = expectFileError(target) {
      try weights.writeGGUF(to: target, format: format, replacing: false)
    }
    guard case .mismatch(_, "one of fp32, fp16, bf16, q8_0, q4_0", _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    #expect(throws: WeightFormatError.notEncodable(format)) { _ = try weights.encoded(as: format) }
    #expect(WeightFormatError.notEncodable(format).description.contains("expected one of fp32, fp16"))
    #expect(try directory.names() == ["mixed.gguf"])
  }
}
