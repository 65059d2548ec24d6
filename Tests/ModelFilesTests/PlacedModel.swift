import GPT2Kernels
import TestSupport
import GPT2WeightFormats

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// The model that dev/reference/make_gguf.py writes: its weights follow from their place.
enum PlacedModel {
  static let path = TestFiles.fixture("gguf/model_q8_0.gguf")

  static func configuration() throws -> Configuration {
    try Configuration(maximumSequenceLength: 8, vocabularySize: 757, layers: 1, heads: 2, channels: 32)
  }

  /// - Parameter index: The tensor's, in the order of the file.
  static func values(of index: Int, count: Int) -> [Float] {
    (0..<count).map { place in
      let bits = UInt32(truncatingIfNeeded: place + 1000 * index) &* 2_654_435_761
      return Float(Int32(bitPattern: bits)) * 0x1p-33
    }
  }

  static func parameters() throws -> Parameters {
    let parameters = try Parameters(zeroed: try configuration())
    for (index, place) in TensorPlace.all(in: parameters.configuration).enumerated() {
      let matrix = parameters[place.tensor, place.layer]
      let rows = place.tensor == .wte ? parameters.configuration.vocabularySize : matrix.rows
      let values = Self.values(of: index, count: rows * matrix.columns)
      for (offset, value) in values.enumerated() { matrix.base[offset] = value }
    }
    return parameters
  }
}
