import GPT2BinaryFiles

/// What a GGUF file says of a tensor.
package struct TensorInfo: Equatable, Sendable {
  package let name: String
  /// How many values there are along each dimension, that of neighbours in memory first: (columns, rows).
  package let dimensions: [Int]
  package let type: TensorType

  /// - Parameter dimensions: 1 to 4, of at least 1 each, the first of whole blocks of the type.
  package init(name: String, dimensions: [Int], type: TensorType) {
    self.name = name
    self.dimensions = dimensions
    self.type = type
  }

  /// Bytes of its data; `nil` if the count overflows or rows are no whole blocks.
  package var byteCount: Int? {
    guard let columns = dimensions.first, columns % type.blockValues == 0 else { return nil }
    let rowBytes = CheckedCount(columns / type.blockValues) * type.blockBytes
    return dimensions.dropFirst().reduce(rowBytes) { $0 * $1 }.value
  }

  /// "(50257, 768)": rows first.
  package var shape: String { "(\(dimensions.reversed().map(String.init).joined(separator: ", ")))" }

  /// "(50257, 768) in Q8_0"
  package var description: String { "\(shape) in \(type.name)" }
}
