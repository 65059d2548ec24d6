import GPT2BinaryFiles

/// A tensor in a file of PyTorch's, where it lies: its values one after the other, row by row.
package struct PyTorchTensor: @unchecked Sendable {
  // `@unchecked`: nobody writes to the memory.
  package let type: TensorElement
  /// The last extent is that of neighbours. A single value has none.
  package let shape: [Int]
  /// Valid as long as this value is held.
  package let bytes: UnsafeRawBufferPointer
  /// What the bytes are in.
  let file: MappedFile
}

/// A value in a file of PyTorch's that can be of use here.
package enum PyTorchValue: Sendable {
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case string(String)
  case nothing
  case tensor(PyTorchTensor)

  /// A whole number, whether it is one or a tensor of one value.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .tensor: number.flatMap { Int(exactly: $0) }
    default: nil
    }
  }

  /// A number of any kind, or that in a tensor of one value.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .tensor(let tensor): tensor.onlyValue
    default: nil
    }
  }
}

extension PyTorchTensor {
  fileprivate var onlyValue: Double? {
    guard shape.allSatisfy({ $0 == 1 }), bytes.count == type.byteCount else { return nil }
    return switch type {
    case .float64: bytes.loadUnaligned(as: Double.self)
    case .float32: Double(bytes.loadUnaligned(as: Float.self))
    case .int64: Double(bytes.loadUnaligned(as: Int64.self))
    case .int32: Double(bytes.loadUnaligned(as: Int32.self))
    default: nil
    }
  }
}
