import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import TestSupport
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// A GGUF file as llama.cpp's quantiser writes it: a model of one layer with 256 channels, each matrix in a format of its
/// own, of ggml's blocks, one after the other.
struct MixedModelFile: Sendable, CustomStringConvertible {
  let formats: [ParameterTensor: WeightFormat]

  /// - Parameter formats: Of the token table, and of a layer's matrices in order.
  init(_ formats: WeightFormat...) {
    let matrices: [ParameterTensor] = [.wte, .qkvw, .attprojw, .fcw, .fcprojw]
    self.formats = Dictionary(uniqueKeysWithValues: zip(matrices, formats))
  }

  /// The token table in another format than the layers', as for Q4_K_M.
  static let usual = MixedModelFile(.q6_K, .q5_K, .q4_K, .iq4_xs, .q5_1)
  /// Together all formats that are only read.
  static let all = [usual, MixedModelFile(.q2_K, .q3_K, .q4_1, .q5_0, .iq4_nl)] + small
  /// Those of codebooks and of few bits.
  static let small = [
    MixedModelFile(.iq3_s, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs),
    MixedModelFile(.tq2_0, .iq1_s, .iq1_m, .tq1_0, .q1_0),
    MixedModelFile(.nvfp4, .mxfp4, .q2_0, .nvfp4, .mxfp4),
  ]

  var description: String { formats.values.map(\.rawValue).sorted().joined(separator: " ") }

  /// Vectors and positions are random.
  func write(to path: String) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 24, vocabularySize: 40, layers: 1, heads: 4, channels: 256)
    let plain = path + ".fp32"
    let parameters = try Parameters.random(configuration, seed: 8)
    try Weights(parameters).writeGGUF(to: plain, format: .fp32, replacing: false)
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
        return base.bytes(ofTensor: info.name).map { Array($0) } ?? []
      }
      let blocks = try QuantisedBlocks(info.type.format).bytes
      return (0..<count / info.type.blockBytes).flatMap { blocks[Self.block($0)] }
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

  /// What ggml's package makes of so many values of a matrix.
  static func values(_ format: WeightFormat, count: Int) throws -> [Float] {
    let values = try QuantisedBlocks(format).values
    return (0..<count / format.blockValues).flatMap { values[block($0)] }
  }

  /// The ordinary ones, which can be rounded to other formats.
  private static func block(_ index: Int) -> Int {
    QuantisedBlocks.awkward + index % (QuantisedBlocks.count - QuantisedBlocks.awkward)
  }
}
