import GPT2BinaryFiles
import GPT2PyTorchFiles
import TestSupport
import Testing

/// One test a way in which a pickle can be wrong, or mean harm.
@Suite struct MalformedPickleTests {
  private let directory: TemporaryDirectory
  private let good = Op.pickle(Op.dictionary([("a", Op.tensor())]))

  init() throws { directory = try TemporaryDirectory() }

  private func found(_ pickle: [UInt8], values: Int = 24) throws -> String? {
    let zip = ZipBytes(records: [
      .init(name: "x/data.pkl", bytes: pickle),
      .init(name: "x/data/0", bytes: [UInt8](repeating: 1, count: values)),
    ])
    let path = try directory.write(zip.bytes, to: "model.bin")
    let cause = fileErrorCause(path) { () throws(FileError) in
      _ = try PyTorchFile(try MappedFile(path: path)).tensors()
    }
    guard case .mismatch(let found, _, _)? = cause else { return cause.map { "\($0)" } }
    return found
  }

  private func found(tensor: [UInt8]) throws -> String? {
    try found(Op.pickle(Op.dictionary([("a", tensor)])))
  }

  @Test func theGoodOneIsGood() throws { #expect(try found(good) == nil) }

  @Test func cutShort() throws {
    for count in 0..<good.count { #expect(try found(Array(good.prefix(count))) != nil, "\(count)") }
  }

  /// Every byte set to every operation: nothing stops the program.
  @Test func changedBytesDoNoHarm() throws {
    for index in good.indices {
      for value in stride(from: UInt8(0), through: 255, by: 5) {
        var changed = good
        changed[index] = value
        _ = try found(changed)
      }
    }
  }

  /// What would run a command if Python loaded it.
  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("subprocess", "Popen"), ("torch", "load"),
    ("torch._utils", "_rebuild_tensor_v3"), ("collections", "deque"),
    ("numpy.core.multiarray", "_reconstruct"),
  ])
  func otherNames(module: String, name: String) throws {
    let call = Op.global(module, name) + [0x28] + Op.text("id") + [0x74, 0x52]
    #expect(try found(Op.pickle(call)) == "a pickle that asks for \(module).\(name)")
    // The same by protocol 4's operation.
    let other = Op.text(module) + Op.text(name) + [0x93]
    #expect(try found(Op.pickle(other)) == "a pickle that asks for \(module).\(name)")
  }

  /// INST, OBJ, NEWOBJ, EXT1, INT, UNICODE as lines, and others that execute or are not needed.
  @Test(arguments: [0x69, 0x6F, 0x81, 0x82, 0x49, 0x56, 0x92, 0x32, 0x64, 0x6C, 0x50] as [UInt8])
  func otherOperations(code: UInt8) throws {
    let words = try found([0x80, 2, 0x7D, 0x28, code, 0x2E])
    #expect(words == "operation 0x\(String(code, radix: 16)), which tensors do not need")
  }

  @Test func callsOfWhatIsNoFunction() throws {
    #expect(try found(Op.pickle(Op.text("f") + [0x29, 0x52])) == "a call of 'f'")
    #expect(try found(Op.pickle(Op.global("torch", "FloatStorage") + [0x29, 0x52])) == "a call of a storage")
    #expect(
      try found(Op.pickle(Op.global("collections", "OrderedDict") + Op.ints([1]) + [0x52]))
        == "an OrderedDict made of something")
    #expect(
      try found(Op.pickle(Op.global("torch._utils", "_rebuild_parameter") + Op.ints([1]) + [0x52]))
        == "a parameter of no tensor")
    #expect(try found(Op.pickle(Op.text("f") + [0x7D, 0x62])) == "state for 'f'")
  }

  @Test func stacksThatAreEmpty() throws {
    let empty = "an operation on values that are not there"
    for code: UInt8 in [0x74, 0x85, 0x86, 0x87, 0x61, 0x65, 0x73, 0x75, 0x30, 0x52, 0x51, 0x62, 0x2E, 0x93] {
      #expect(try found([0x80, 2, code, 0x2E]) == empty, "\(code)")
    }
    // Nor may an operation take what lies below a mark.
    #expect(try found([0x80, 2, 0x4E, 0x28, 0x85, 0x2E]) == empty)
    #expect(try found([0x80, 2, 0x71, 0, 0x2E]) == empty)
  }

  @Test func memoPlacesThatWereNeverWritten() throws {
    #expect(try found([0x80, 2, 0x68, 7, 0x2E]) == "memo 7, which was never written")
    #expect(
      try found([0x80, 2, 0x6A, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E]) == "memo 4294967295, which was never written")
  }

  /// A place is not a size: the largest one takes no more memory than any other.
  @Test func hugeMemoPlaces() throws {
    let put: [UInt8] = [0x72, 0xFF, 0xFF, 0xFF, 0xFF]
    let get: [UInt8] = [0x6A, 0xFF, 0xFF, 0xFF, 0xFF]
    let pickle = Op.pickle([0x7D, 0x28] + Op.text("a") + Op.tensor() + put + Op.text("b") + get + [0x75])
    #expect(try found(pickle) == nil)
  }

  /// A list in itself, a dictionary in itself.
  @Test func cycles() throws {
    let list: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
    #expect(try found(Op.pickle(Op.dictionary([("l", list), ("a", Op.tensor())]))) == nil)
    let dictionary: [UInt8] = [0x7D, 0x71, 0] + Op.text("self") + [0x68, 0, 0x73]
    #expect(try found(Op.pickle(dictionary)) == nil)
  }

  /// A million lists in one another, which nothing may follow on the stack.
  @Test func deepNesting() throws {
    let tuples = [0x29] + [UInt8](repeating: 0x85, count: 1_000_000)
    #expect(try found(Op.pickle(Op.dictionary([("t", tuples), ("a", Op.tensor())]))) == nil)
    let lists = [UInt8](repeating: 0x5D, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999)
    #expect(try found(Op.pickle(Op.dictionary([("l", lists)]))) == nil)
    let marks = [UInt8](repeating: 0x28, count: 1_000_000)
    #expect(try found(Op.pickle(marks)) == "an operation on values that are not there")
  }

  /// Tuples of tuples of the same tuple: 2^200 values, of which there are 200.
  @Test func billionsOfValues() throws {
    var operations: [UInt8] = [0x4E]
    for _ in 0..<200 { operations += [0x71, 0, 0x68, 0, 0x86] }
    #expect(try found(Op.pickle(Op.dictionary([("t", operations), ("a", Op.tensor())]))) == nil)
  }

  @Test func textsLongerThanThePickle() throws {
    let cut = "a pickle that is cut off"
    #expect(try found([0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x61, 0x2E]) == cut)
    #expect(try found([0x80, 2, 0x8C, 9, 0x61, 0x2E]) == cut)
    #expect(try found([0x80, 2, 0x63, 0x61, 0x62]) == cut)
    #expect(try found([0x80, 2, 0x58, 2, 0, 0, 0, 0xC3, 0x28, 0x2E]) == "text that is no UTF-8")
    #expect(try found([0x80, 2, 0x8A, 255, 1, 2, 0x2E]) == "a number of 255 bytes")
  }

  @Test func aPickleTooLong() throws {
    let pickle = Op.pickle([UInt8](repeating: 0x4E, count: 1 << 25))
    #expect(try found(pickle) == "a pickle of \(pickle.count) bytes")
  }

  @Test func aKeyTwice() throws {
    #expect(try found(Op.pickle(Op.dictionary([("a", Op.tensor()), ("a", Op.tensor())]))) == "key a twice")
  }

  @Test func aRootThatIsNoDictionary() throws {
    #expect(try found(Op.pickle(Op.tensor())) == "no dictionary of tensors")
  }

  @Test func storagesSmallerThanTheirTensors() throws {
    #expect(
      try found(tensor: Op.tensor(shape: [2, 4], strides: [4, 1]))
        == "tensor a of [2, 4], which is larger than its storage")
    #expect(try found(tensor: Op.tensor(offset: 1)) == "tensor a of [2, 3], which is larger than its storage")
    for shape in [[Int.max, Int.max], [Int.max, 1], [1 << 32, 1 << 32]] {
      #expect(
        try found(tensor: Op.tensor(shape: shape, strides: [1, 1]))
          == "tensor a of \(shape), which is larger than its storage")
    }
    #expect(
      try found(tensor: Op.tensor(offset: Int.max)) == "tensor a of [2, 3], which is larger than its storage")
  }

  @Test func storagesOfOtherSizesThanTheirRecords() throws {
    for count in [5, 7, 1 << 61, Int.max] {
      #expect(
        try found(tensor: Op.tensor(count: count)) == "24 bytes for the \(count) values that tensor a is in")
    }
    #expect(try found(tensor: Op.tensor("9")) == "no values of tensor a")
    #expect(try found(tensor: Op.tensor("../data.pkl")) == "no values of tensor a")
  }

  @Test func strides() throws {
    for strides in [[1, 2], [0, 0], [3, 2], [6, 1]] {
      #expect(
        try found(tensor: Op.tensor(strides: strides))
          == "tensor a with strides \(strides) for [2, 3]")
    }
    #expect(try found(tensor: Op.tensor(strides: [1])) == "a tensor with too many strides or too few")
  }

  @Test func extentsThatAreNone() throws {
    #expect(try found(tensor: Op.tensor(shape: [-1, 3])) == "-1 for the extent of a tensor")
    #expect(try found(tensor: Op.tensor(offset: -1)) == "a tensor of no storage")
    let many = [Int](repeating: 1, count: 65)
    #expect(try found(tensor: Op.tensor(shape: many, strides: many)) == "a tensor of 65 extents")
  }

  @Test func storagesThatAreNone() throws {
    let words = "a storage of another kind than PyTorch's"
    #expect(try found(tensor: Op.ints([1, 2, 3, 4, 5]) + [0x51]) == words)
    #expect(try found(tensor: Op.tensor(count: -1)) == words)
    #expect(
      try found(tensor: Op.tensor(type: "ComplexFloatStorage"))
        == "a pickle that asks for torch.ComplexFloatStorage")
  }
}
