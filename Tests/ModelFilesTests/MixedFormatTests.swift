import BinaryFiles
import Foundation
import GGUF
import Kernels
@testable import ModelFiles
import TestSupport
import Testing
import WeightFormats

@testable import Transformer

/// GGUF models as llama.cpp's quantiser writes them: each matrix in a format of its own, which is kept.
@Suite struct MixedFormatTests {
  private let directory: TemporaryDirectory
  private let path: String

  /// What each matrix is stored in: the token table in another than the layers', as for Q4_K_M.
  private static let formats: [ParameterTensor: WeightFormat] = [
    .wte: .q6_K, .qkvw: .q5_K, .attprojw: .q4_K, .fcw: .iq4_xs, .fcprojw: .q5_1,
  ]

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("mixed.gguf")
    try Self.writeModel(to: path)
  }

  @Test func everyMatrixDecodesAsGGMLHasIt() throws {
    let weights = try Weights.read(path)
    for (tensor, format) in Self.formats {
      let matrix = weights[tensor]
      #expect(matrix.format == format)
      #expect(decoded(matrix) == Array(try Self.values(format, count: matrix.rows * matrix.columns)))
    }
    #expect(weights.format == .q6_K)
    #expect(weights.formats.first == .q5_1 && Set(weights.formats) == Set(Self.formats.values))
  }

  @Test func withNoFormatNamedAllStaysAsItIs() throws {
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
    let (converted, plain) = (directory.file("converted.gguf"), directory.file("plain.gguf"))
    let weights = try Weights.read(path)
    try weights.writeGGUF(to: converted, format: format, replacing: false)
    // The same by way of fp32.
    try weights.writeGGUF(to: plain, format: .fp32, replacing: false)
    let (found, values) = (try Weights.read(converted), try Weights.read(plain))
    let memory = try values.encoded(as: format)
    for tensor in Self.formats.keys {
      #expect(found[tensor].format == format)
      #expect(decoded(found[tensor]) == decoded(memory[tensor]))
    }
    withExtendedLifetime((found, values, memory)) {}
  }

  @Test(arguments: [WeightFormat.q4_K, .q5_0, .iq4_nl])
  func aFormatThatIsOnlyReadIsRefused(format: WeightFormat) throws {
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

  /// A model of one layer with 256 channels; the matrices are ggml's blocks, one after the other.
  private static func writeModel(to path: String) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 8, vocabularySize: 40, layers: 1, heads: 4, channels: 256)
    let plain = path + ".fp32"
    try Weights(try Parameters(zeroed: configuration)).writeGGUF(to: plain, format: .fp32, replacing: false)
    let base = try GGUFFile(contentsOf: plain)
    let places = TensorPlace.all(in: configuration)
    let tensors = base.tensors.enumerated().map { index, info in
      TensorInfo(
        name: info.name, dimensions: info.dimensions,
        type: formats[places[index].tensor].map { TensorType($0) } ?? info.type)
    }
    let metadata = base.metadata.map {
      $0.key == "general.file_type" ? MetadataEntry($0.key, .uint32(15)) : $0
    }
    let bytes = try tensors.map { info -> [UInt8] in
      guard let count = info.byteCount, info.type != .f32 else {
        return [UInt8](repeating: 0, count: info.byteCount ?? 0)
      }
      let blocks = try QuantisedBlocks(info.type.format).bytes
      return (0..<count / info.type.blockBytes).flatMap { blocks[block($0)] }
    }
    try GGUFWriter.write(to: path, replacing: false, metadata: metadata, tensors: tensors) {
      index, append throws(FileError) in
      var failure: FileError?
      bytes[index].withUnsafeBytes { bytes in
        do throws(FileError) { try append(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
    }
    try FileManager.default.removeItem(atPath: plain)
  }

  private static func values(_ format: WeightFormat, count: Int) throws -> [Float] {
    let values = try QuantisedBlocks(format).values
    return (0..<count / format.blockValues).flatMap { values[block($0)] }
  }

  /// The ordinary ones, which can be rounded to other formats.
  private static func block(_ index: Int) -> Int {
    QuantisedBlocks.awkward + index % (QuantisedBlocks.count - QuantisedBlocks.awkward)
  }
}
