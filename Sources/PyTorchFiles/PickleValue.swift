import GPT2BinaryFiles

/// What a pickle of PyTorch's is made of, as far as tensors need it.
///
/// What holds other values is a place in the `Pickle`: it may hold itself, or be very deep, and does no harm.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// A tuple or a list.
  case sequence(Int)
  case dictionary(Int)
  /// A name that the pickle asks for, one of those that are allowed.
  case global(PickleGlobal)
  case storage(PickleStorage)
  case tensor(PickleTensor)
  /// A shape, a type or a device: it only describes, and nobody reads it.
  case description

  /// A word for it, for errors.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "'\(text.onOneShortLine)'"
    case .sequence: "a list"
    case .dictionary: "a dictionary"
    case .global: "a name"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .description: "a description"
    }
  }
}

/// A run of values of one type in a record of its own, "data/0".
struct PickleStorage {
  let type: TensorElement
  let key: String
  /// Values.
  let count: Int
}

/// A view of a storage.
struct PickleTensor {
  let storage: PickleStorage
  /// Values before the first.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// A dictionary with its entries in the order in which they came.
struct PickleDictionary {
  /// A key that is text or a whole number; of others nothing is kept.
  enum Key: Hashable {
    case string(String)
    case integer(Int)

    init?(_ value: PickleValue) {
      switch value {
      case .string(let text): self = .string(text)
      case .integer(let number): self = .integer(number)
      default: return nil
      }
    }

    var text: String {
      switch self {
      case .string(let text): text
      case .integer(let number): "\(number)"
      }
    }
  }

  private(set) var entries: [(key: Key, value: PickleValue)] = []
  private var places: [Key: Int] = [:]

  subscript(key: Key) -> PickleValue? { places[key].map { entries[$0].value } }

  /// - Returns: Whether the key was new; of one that is there already nothing changes.
  mutating func insert(_ key: Key, _ value: PickleValue) -> Bool {
    guard places[key] == nil else { return false }
    places[key] = entries.count
    entries.append((key, value))
    return true
  }
}

/// A pickle that has been read: its value, and all that its values hold.
struct Pickle {
  let root: PickleValue
  let sequences: [[PickleValue]]
  let dictionaries: [PickleDictionary]

  func dictionary(_ value: PickleValue?) -> PickleDictionary? {
    if case .dictionary(let place)? = value { dictionaries[place] } else { nil }
  }

  func sequence(_ value: PickleValue?) -> [PickleValue]? {
    if case .sequence(let place)? = value { sequences[place] } else { nil }
  }
}
