import GPT2BinaryFiles

/// What there is to say of a tensor but its values.
package struct SafeTensorInfo: Equatable, Sendable {
  package let name: String
  package let type: ElementType
  /// The last extent is that of neighbours. A single value has none; one of 0 makes the tensor empty.
  package let shape: [Int]

  package init(name: String, type: ElementType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }

  /// Bytes of all values; `nil` if the count overflows.
  package var byteCount: Int? {
    shape.reduce(CheckedCount(type.byteCount)) { $0 * $1 }.value
  }

  /// "F32 (2304, 768)"
  package var description: String {
    "\(type.name) (\(shape.map(String.init).joined(separator: ", ")))"
  }
}
