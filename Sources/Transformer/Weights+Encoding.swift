import Kernels
import WeightFormats

extension Weights {
  /// The same model with its matrices rounded to another format, in memory; vectors and wpe stay as they are.
  ///
  /// - Parameter isLastUse: Whether what is read of a mapped file is given back at once, so that the process never has
  ///   two models in memory.
  /// - Throws: `WeightFormatError` if weights cannot be rounded to the format, or a matrix's rows are no whole blocks;
  ///   `AllocationError`.
  public func encoded(
    as format: WeightFormat, isLastUse: Bool = false, on workers: Workers = Workers()
  ) throws -> Weights {
    var sources: [(tensor: ParameterTensor, matrix: EncodedMatrix)] = []
    for tensor in ParameterTensor.allCases.filter(\.isMultiplied) {
      for layer in 0..<tensor.layers(in: configuration) { sources.append((tensor, self[tensor, layer])) }
    }
    let places = try (sources + (ownClassifier.map { [(.wte, $0)] } ?? [])).map { tensor, matrix in
      (tensor: tensor, matrix: matrix, bytes: try Self.room(for: matrix, of: tensor, as: format))
    }
    let buffer = try FloatBuffer(zeroed: places.reduce(0) { $0 + $1.bytes } / MemoryLayout<Float>.stride)
    guard let start = buffer.values.baseAddress else { preconditionFailure("a model has matrices") }
    var target = UnsafeMutableRawPointer(start)
    var matrices: [ParameterTensor: [EncodedMatrix]] = [:]
    for (tensor, matrix, bytes) in places {
      matrices[tensor, default: []].append(matrix.encoded(as: format, into: target, on: workers))
      target += bytes
      if isLastUse { release() }
    }
    // The last of them, behind the table.
    let classifier = ownClassifier == nil ? nil : matrices[.wte]?.last
    return Weights(configuration, storage: [self, buffer], classifier: classifier) { tensor, layer in
      matrices[tensor]?[layer] ?? self[tensor, layer]
    }
  }

  /// Bytes of all tensors of a GPT-2 when they are rounded so.
  ///
  /// - Throws: As `encoded`.
  public func byteCount(encodedAs format: WeightFormat) throws(WeightFormatError) -> Int {
    var count = 0
    for tensor in ParameterTensor.allCases {
      for layer in 0..<tensor.layers(in: configuration) {
        let matrix = self[tensor, layer]
        count += tensor.isMultiplied ? try Self.room(for: matrix, of: tensor, as: format) : matrix.byteCount
      }
    }
    return count
  }

  /// Bytes that a matrix takes; each begins on a cache line.
  private static func room(
    for matrix: EncodedMatrix, of tensor: ParameterTensor, as format: WeightFormat
  ) throws(WeightFormatError) -> Int {
    guard format.isEncodable else { throw .notEncodable(format) }
    guard let rowBytes = format.byteCount(matrix.columns) else {
      throw .partialBlocks(format, tensor, columns: matrix.columns)
    }
    return (matrix.rows * rowBytes + 63) / 64 * 64
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
