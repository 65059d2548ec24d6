import GPT2BinaryFiles

/// Reads a pickle as far as PyTorch's files of tensors need it, and executes nothing.
///
/// A pickle is a program for a machine with a stack (Python's `pickletools` describes each operation), and one of its
/// operations calls whatever function it names. Here it can name those of `PickleGlobal` alone, and what they would make
/// is made here; every other operation and every other name is refused.
struct Unpickler {
  var reader: PickleReader
  private var stack: [PickleValue] = []
  /// Where marks lie on the stack.
  private var marks: [Int] = []
  /// By any number, however large.
  private var memo: [UInt64: PickleValue] = [:]
  private var sequences: [[PickleValue]] = []
  private var dictionaries: [PickleDictionary] = []

  /// More than any model's names and shapes take; it bounds the memory.
  static let longest = 1 << 22

  /// - Throws: `FileError` with the operation or name that is not allowed, or with what is damaged.
  static func read(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> Pickle {
    guard bytes.count <= longest else {
      throw PickleReader(path: path, bytes: bytes).damaged("a pickle of \(bytes.count) bytes")
    }
    var unpickler = Unpickler(PickleReader(path: path, bytes: bytes))
    while try unpickler.step() {}
    let root = try unpickler.pop()
    return Pickle(root: root, sequences: unpickler.sequences, dictionaries: unpickler.dictionaries)
  }

  private init(_ reader: PickleReader) { self.reader = reader }

  /// Follows one operation. Returns whether more may come.
  private mutating func step() throws(FileError) -> Bool {
    let code = try reader.byte()
    if code == PickleCode.stop { return false }
    if try pushesConstant(code) { return true }
    if try moves(code) { return true }
    if try remembers(code) { return true }
    switch code {
    case PickleCode.global:
      let module = try reader.line()
      try push(name: try reader.line(), of: module)
    case PickleCode.stackGlobal:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw reader.damaged("a name that is no text")
      }
      try push(name: name, of: module)
    case PickleCode.reduce:
      let arguments = try sequence(try pop())
      stack.append(try result(of: try pop(), arguments))
    case PickleCode.persistentID:
      stack.append(.storage(try storage(try sequence(try pop()))))
    case PickleCode.build:
      // What state a dictionary has besides its entries, PyTorch's _metadata, is of no use.
      _ = try pop()
      guard case .dictionary? = stack.last else {
        throw reader.damaged("state for \(stack.last?.kind ?? "nothing")")
      }
    default:
      throw reader.damaged("operation 0x\(String(code, radix: 16)), which tensors do not need")
    }
    return true
  }

  private mutating func pushesConstant(_ code: UInt8) throws(FileError) -> Bool {
    switch code {
    case PickleCode.none: stack.append(.none)
    case PickleCode.true: stack.append(.bool(true))
    case PickleCode.false: stack.append(.bool(false))
    case PickleCode.integer: stack.append(.integer(try reader.signedNumber(4)))
    case PickleCode.byte: stack.append(.integer(Int(try reader.byte())))
    case PickleCode.twoBytes: stack.append(.integer(Int(try reader.number(2))))
    case PickleCode.long: stack.append(.integer(try reader.signedNumber(Int(try reader.byte()))))
    case PickleCode.double: stack.append(.number(try reader.double()))
    case PickleCode.text: stack.append(.string(try reader.text(try reader.number(4))))
    case PickleCode.shortText: stack.append(.string(try reader.text(UInt64(try reader.byte()))))
    case PickleCode.emptyDictionary:
      stack.append(.dictionary(dictionaries.count))
      dictionaries.append(PickleDictionary())
    case PickleCode.emptyList, PickleCode.emptyTuple: push([])
    default: return false
    }
    return true
  }

  /// What puts values of the stack into others.
  private mutating func moves(_ code: UInt8) throws(FileError) -> Bool {
    switch code {
    case PickleCode.mark: marks.append(stack.count)
    case PickleCode.tuple: push(try popToMark())
    case PickleCode.tuple1: push(try pop(1))
    case PickleCode.tuple2: push(try pop(2))
    case PickleCode.tuple3: push(try pop(3))
    case PickleCode.append: try append(try pop(1))
    case PickleCode.appends: try append(try popToMark())
    case PickleCode.setItem: try setItems(try pop(2))
    case PickleCode.setItems: try setItems(try popToMark())
    case PickleCode.pop: _ = try pop()
    default: return false
    }
    return true
  }

  private mutating func remembers(_ code: UInt8) throws(FileError) -> Bool {
    switch code {
    case PickleCode.put: memo[UInt64(try reader.byte())] = try top()
    case PickleCode.longPut: memo[try reader.number(4)] = try top()
    case PickleCode.memoize: memo[UInt64(memo.count)] = try top()
    case PickleCode.get: try recall(UInt64(try reader.byte()))
    case PickleCode.longGet: try recall(try reader.number(4))
    case PickleCode.protocolVersion:
      let version = try reader.byte()
      guard (2...5).contains(version) else { throw reader.damaged("protocol \(version) of pickles") }
    case PickleCode.frame: _ = try reader.number(8)
    default: return false
    }
    return true
  }

  private mutating func recall(_ index: UInt64) throws(FileError) {
    guard let value = memo[index] else { throw reader.damaged("memo \(index), which was never written") }
    stack.append(value)
  }

  private func top() throws(FileError) -> PickleValue {
    guard let value = stack.last else { throw empty }
    return value
  }

  private mutating func pop() throws(FileError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw empty }
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(FileError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw empty }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(FileError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw empty }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private var empty: FileError { reader.damaged("an operation on values that are not there") }

  private mutating func push(_ values: [PickleValue]) {
    stack.append(.sequence(sequences.count))
    sequences.append(values)
  }

  private mutating func push(name: String, of module: String) throws(FileError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw FileError(
        reader.path,
        .mismatch(
          found: "a pickle that asks for \("\(module).\(name)".onOneShortLine)",
          expected: "tensors alone, for which nothing is ever executed",
          advice: "save the model's state_dict() by itself, or as safetensors"))
    }
    stack.append(.global(global))
  }

  private mutating func append(_ values: [PickleValue]) throws(FileError) {
    guard case .sequence(let place) = try top() else { throw reader.damaged("values for what is no list") }
    sequences[place] += values
  }

  private mutating func setItems(_ values: [PickleValue]) throws(FileError) {
    guard case .dictionary(let place) = try top(), values.count % 2 == 0 else {
      throw reader.damaged("entries for what is no dictionary")
    }
    for index in stride(from: 0, to: values.count, by: 2) {
      guard let key = PickleDictionary.Key(values[index]) else { continue }
      guard dictionaries[place].insert(key, values[index + 1]) else {
        throw reader.damaged("key \(key.text.onOneShortLine) twice")
      }
    }
  }

  private func sequence(_ value: PickleValue) throws(FileError) -> [PickleValue] {
    guard case .sequence(let place) = value else { throw reader.damaged("\(value.kind) for arguments") }
    return sequences[place]
  }

  /// What a call would make.
  private mutating func result(
    of function: PickleValue, _ arguments: [PickleValue]
  ) throws(FileError) -> PickleValue {
    guard case .global(let global) = function else { throw reader.damaged("a call of \(function.kind)") }
    switch global {
    case .orderedDictionary:
      guard arguments.isEmpty else { throw reader.damaged("an OrderedDict made of something") }
      dictionaries.append(PickleDictionary())
      return .dictionary(dictionaries.count - 1)
    case .rebuildTensor: return .tensor(try tensor(arguments))
    case .rebuildParameter:
      guard case .tensor? = arguments.first else { throw reader.damaged("a parameter of no tensor") }
      return arguments[0]
    case .description: return .description
    case .storage: throw reader.damaged("a call of a storage")
    }
  }

  /// (storage, offset, shape, strides, …)
  private func tensor(_ arguments: [PickleValue]) throws(FileError) -> PickleTensor {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], offset >= 0
    else { throw reader.damaged("a tensor of no storage") }
    let (shape, strides) = (try extents(arguments[2]), try extents(arguments[3]))
    guard shape.count == strides.count else {
      throw reader.damaged("a tensor with too many strides or too few")
    }
    return PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  private func extents(_ value: PickleValue) throws(FileError) -> [Int] {
    let values = try sequence(value)
    // PyTorch itself stops at 64, and GPT-2 at 4.
    guard values.count <= 64 else { throw reader.damaged("a tensor of \(values.count) extents") }
    var extents: [Int] = []
    for value in values {
      guard case .integer(let extent) = value, extent >= 0 else {
        throw reader.damaged("\(value.kind) for the extent of a tensor")
      }
      extents.append(extent)
    }
    return extents
  }

  /// ("storage", type, key, device, count)
  private func storage(_ id: [PickleValue]) throws(FileError) -> PickleStorage {
    guard id.count >= 5, case .string("storage") = id[0], case .global(.storage(let type)) = id[1],
      case .string(let key) = id[2], case .integer(let count) = id[4], count >= 0
    else { throw reader.damaged("a storage of another kind than PyTorch's") }
    return PickleStorage(type: type, key: key, count: count)
  }
}
