import Kernels
import WeightFormats

extension Weights {
  /// The same model with its matrices rounded to another format, in memory; vectors and wpe stay as they are.
  ///
  /// - Throws: `WeightFormatError` if weights cannot be rounded to the format, or a matrix's rows are no whole blocks;
  ///   `AllocationError`.
  public func encoded(as format: WeightFormat, on workers: Workers = Workers()) throws -> Weights {
    guard format.isEncodable else { throw WeightFormatError.notEncodable(format) }
    let multiplied = ParameterTensor.allCases.filter(\.isMultiplied)
    var sizes: [(tensor: ParameterTensor, layer: Int, bytes: Int)] = []
    for tensor in multiplied {
      for layer in 0..<tensor.layers(in: configuration) {
        let matrix = self[tensor, layer]
        guard let rowBytes = format.byteCount(matrix.columns) else {
          throw WeightFormatError.partialBlocks(format, tensor, columns: matrix.columns)
        }
        // Each begins on a cache line.
        sizes.append((tensor, layer, (matrix.rows * rowBytes + 63) / 64 * 64))
      }
    }
    let buffer = try FloatBuffer(zeroed: sizes.reduce(0) { $0 + $1.bytes } / MemoryLayout<Float>.stride)
    guard let start = buffer.values.baseAddress else { preconditionFailure("a model has matrices") }
    var target = UnsafeMutableRawPointer(start)
    var matrices: [ParameterTensor: [EncodedMatrix]] = [:]
    for (tensor, layer, bytes) in sizes {
      matrices[tensor, default: []].append(self[tensor, layer].encoded(as: format, into: target, on: workers))
      target += bytes
    }
    return Weights(configuration, storage: [self, buffer]) { tensor, layer in
      matrices[tensor]?[layer] ?? self[tensor, layer]
    }
  }
}

/// A model's weights cannot be rounded to a format.
public enum WeightFormatError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The format is only read.
  case notEncodable(WeightFormat)
  /// Rows are no whole blocks of it.
  case partialBlocks(WeightFormat, ParameterTensor, columns: Int)

  public var description: String {
    switch self {
    case .notEncodable(let format):
      "found \(format.rawValue) to round weights to, expected one of \(WeightFormat.encodableNames); choose one of "
        + "these, or keep the weights as they are"
    case .partialBlocks(let format, let tensor, let columns):
      "found rows of \(columns) values in \(tensor.name), expected whole blocks of \(format.blockValues) for "
        + "\(format.rawValue); use fp32, fp16 or bf16"
    }
  }
}
