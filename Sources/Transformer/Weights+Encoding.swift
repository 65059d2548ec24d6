import GPT2Kernels
import GPT2WeightFormats

extension Weights {
  /// The same model with its matrices rounded to another format, in memory; vectors and wpe stay as they are.
  ///
  /// - Parameter isLastUse: Whether what is read of a mapped file is given back at once, so that the process never has
  ///   two models in memory.
  /// - Throws: `WeightFormatError` if weights cannot be rounded to the format, a matrix's rows are no whole blocks, or a
  ///   weight has no finite number in it, in whichever tensor; `AllocationError`.
  package func encoded(
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
    try checkKept(on: workers)
    for (tensor, matrix, bytes) in places {
      let layer = matrices[tensor]?.count ?? 0
      try Self.check(matrix, as: format, tensor, layer, on: workers)
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

  /// That what stays as it is, is finite: beside it rounded weights are worth nothing.
  private func checkKept(on workers: Workers) throws(WeightFormatError) {
    for tensor in ParameterTensor.allCases where !tensor.isMultiplied {
      for layer in 0..<tensor.layers(in: configuration) {
        try Self.check(self[tensor, layer], as: .fp32, tensor, layer, on: workers)
      }
    }
  }

  private static func check(
    _ matrix: EncodedMatrix, as format: WeightFormat, _ tensor: ParameterTensor, _ layer: Int,
    on workers: Workers
  ) throws(WeightFormatError) {
    guard let found = matrix.firstUnstorable(as: format, on: workers) else { return }
    // Behind the token table stands the head, where a model has its own.
    let name = tensor == .wte && layer > 0 ? "the head" : tensor.name(ofLayer: layer)
    throw .unstorable(
      UnstorableWeight(value: found.value, tensor: name, position: found.position, format: format))
  }

  /// Bytes of all tensors of a GPT-2 when they are rounded so.
  ///
  /// - Throws: As `encoded`.
  package func byteCount(encodedAs format: WeightFormat) throws(WeightFormatError) -> Int {
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
package enum WeightFormatError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The format is only read.
  case notEncodable(WeightFormat)
  /// Rows are no whole blocks of it.
  case partialBlocks(WeightFormat, ParameterTensor, columns: Int)
  /// A weight has no finite number in it.
  case unstorable(UnstorableWeight)

  package var description: String {
    switch self {
    case .notEncodable(let format):
      "found \(format.rawValue) to round weights to, expected one of \(WeightFormat.encodableNames); choose one of "
        + "these, or keep the weights as they are"
    case .partialBlocks(let format, let tensor, let columns):
      "found rows of \(columns) values in \(tensor.name), expected whole blocks of \(format.blockValues) for "
        + "\(format.rawValue); use fp32, fp16 or bf16"
    case .unstorable(let weight):
      "found \(weight.found), expected \(weight.expected); \(weight.advice)"
    }
  }
}

/// A weight that a format has no finite number for: NaN, an infinity, or a number beyond its range.
package struct UnstorableWeight: Equatable, Sendable {
  package let value: Float
  /// As messages name it, with its layer.
  package let tensor: String
  /// Counts the tensor's values from 0, row by row.
  package let position: Int
  package let format: WeightFormat

  package init(value: Float, tensor: String, position: Int, format: WeightFormat) {
    self.value = value
    self.tensor = tensor
    self.position = position
    self.format = format
  }

  /// NaN is the same as NaN here.
  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.value.bitPattern == rhs.value.bitPattern && lhs.tensor == rhs.tensor && lhs.position == rhs.position
      && lhs.format == rhs.format
  }

  /// "weight nan at position 17 of fcb of layer 3"
  package var found: String { "weight \(value) at position \(position) of \(tensor)" }

  package var expected: String {
    value.isFinite && format.isEncodable
      ? "at most \(format.largestMagnitude), the largest of \(format.rawValue)" : "a finite number"
  }

  package var advice: String {
    value.isFinite
      ? "choose another format" : "its file is damaged, or the training that made it diverged: take another"
  }
}
