import Kernels

extension Weights {
  /// The same model with its matrices rounded to another format, in memory; vectors and wpe stay as they are.
  ///
  /// - Throws: `WeightFormatError` if a matrix's rows are no whole blocks; `AllocationError`.
  public func encoded(as format: WeightFormat, on workers: Workers = Workers()) throws -> Weights {
    // Each begins on a cache line.
    func room(_ matrix: EncodedMatrix, _ tensor: ParameterTensor) throws(WeightFormatError) -> Int {
      guard let rowBytes = format.byteCount(matrix.columns) else {
        throw WeightFormatError(format: format, tensor: tensor, columns: matrix.columns)
      }
      return (matrix.rows * rowBytes + 63) / 64 * 64
    }
    var sources: [(tensor: ParameterTensor, matrix: EncodedMatrix)] = []
    for tensor in ParameterTensor.allCases.filter(\.isMultiplied) {
      for layer in 0..<tensor.layers(in: configuration) { sources.append((tensor, self[tensor, layer])) }
    }
    let places = try (sources + (ownClassifier.map { [(.wte, $0)] } ?? [])).map { tensor, matrix in
      (tensor: tensor, matrix: matrix, bytes: try room(matrix, tensor))
    }
    let buffer = try FloatBuffer(zeroed: places.reduce(0) { $0 + $1.bytes } / MemoryLayout<Float>.stride)
    guard let start = buffer.values.baseAddress else { preconditionFailure("a model has matrices") }
    var target = UnsafeMutableRawPointer(start)
    var matrices: [ParameterTensor: [EncodedMatrix]] = [:]
    for (tensor, matrix, bytes) in places {
      matrices[tensor, default: []].append(matrix.encoded(as: format, into: target, on: workers))
      target += bytes
    }
    // The last of them, behind the table.
    let classifier = ownClassifier == nil ? nil : matrices[.wte]?.last
    return Weights(configuration, storage: [self, buffer], classifier: classifier) { tensor, layer in
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
