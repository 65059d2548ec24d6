import GPT2BinaryFiles
import GPT2Kernels
import GPT2SafeTensors
import GPT2WeightFormats

/// Tensors by name, as PyTorch keeps those of a model: out of safetensors files, or of PyTorch's own.
struct StateDictionary: Sendable {
  /// Named in errors.
  let path: String
  let tensors: [StoredTensor]
  /// What owns the memory of the tensors.
  let mappings: [MappedFile]

  init(path: String, tensors: [StoredTensor], mappings: [MappedFile]) {
    self.path = path
    self.tensors = tensors
    self.mappings = mappings
  }

  init(_ files: SafeTensorsSet) {
    path = files.path
    mappings = files.mappings
    tensors = files.tensors.map { info in
      StoredTensor(
        name: info.name, type: info.type.name, values: StoredTensor.Values(info.type), shape: info.shape,
        bytes: files.bytes(ofTensor: info.name) ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }
}

/// A tensor where it lies in a file, row by row.
struct StoredTensor: @unchecked Sendable {
  // `@unchecked`: nobody writes to the memory.

  /// What weights may be stored as.
  enum Values: Equatable {
    case weights(WeightFormat)
    /// Rounded to fp32 when they are read.
    case float64
  }

  let name: String
  /// The file's word for what its values are.
  let type: String
  /// `nil` for what weights are not stored as.
  let values: Values?
  /// The last extent is that of neighbours.
  let shape: [Int]
  /// All values; valid as long as the file is held.
  let bytes: UnsafeRawBufferPointer

  /// "transformer.wte.weight F32 (757, 15)"
  var description: String { "\(name.onOneShortLine) \(Self.description(type, shape))" }

  static func description(_ type: String, _ shape: [Int]) -> String {
    "\(type) (\(shape.map(String.init).joined(separator: ", ")))"
  }

  /// Whether it has the same values, in whatever type: what is tied may be stored twice.
  func isEqual(to other: StoredTensor) -> Bool {
    guard shape == other.shape else { return false }
    if type == other.type { return bytes.elementsEqual(other.bytes) }
    guard let mine = decoded(), let others = other.decoded() else { return false }
    return mine == others
  }

  private func decoded() -> [Float]? {
    guard let start = bytes.baseAddress, let values else { return nil }
    let count = shape.reduce(1, *)
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard let target = buffer.baseAddress else { return }
      switch values {
      case .weights(let format): format.decode(start, count: count, into: target)
      case .float64:
        for index in 0..<count {
          target[index] = Float(start.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
        }
      }
    }
  }
}

extension StoredTensor.Values {
  init?(_ type: ElementType) {
    if type == .f64 {
      self = .float64
    } else if let format = WeightFormat(type) {
      self = .weights(format)
    } else {
      return nil
    }
  }
}
