import Kernels

extension Weights {
  /// The same model with its matrices rounded to another format, in memory; vectors and wpe stay as they are.
  ///
  /// - Throws: `WeightFormatError` if a matrix's rows are no whole blocks; `AllocationError`.
  public func encoded(as format: WeightFormat, on workers: Workers = Workers()) throws -> Weights {
    let multiplied = ParameterTensor.allCases.filter(\.isMultiplied)
    var sizes: [(tensor: ParameterTensor, layer: Int, bytes: Int)] = []
    for tensor in multiplied {
      for layer in 0..<tensor.layers(in: configuration) {
        let matrix = self[tensor, layer]
        guard let rowBytes = format.byteCount(matrix.columns) else {
          throw WeightFormatError(format: format, tensor: tensor, columns: matrix.columns)
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

/// A model's rows cannot be stored in a format of blocks.
public struct WeightFormatError: Error, Equatable, Sendable, CustomStringConvertible {
  public let format: WeightFormat
  public let tensor: ParameterTensor
  public let columns: Int

  public var description: String {
    "found rows of \(columns) values in \(tensor.name), expected whole blocks of \(format.blockValues) for "
      + "\(format.rawValue); use fp32, fp16 or bf16"
  }
}
