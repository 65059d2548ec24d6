import GPT2BinaryFiles
import GPT2PyTorchFiles
import TestSupport
import Testing

/// Files that dev/reference/make_pytorch.py had PyTorch write, and others like them.
@Suite struct PyTorchFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func whatPyTorchWrote() throws {
    let file = try PyTorchFile(try MappedFile(path: TestFiles.fixture("pytorch/nanogpt.pt")))
    #expect(file.hasDictionary("model_args"))
    #expect(!file.hasDictionary("iter_num"))
    #expect(try file.value("iter_num")?.integer == 5)
    #expect(try file.value("model_args", "n_embd")?.integer == 12)
    #expect(try file.value("config", "learning_rate")?.number == 0.01)
    let loss = try #require(try file.value("best_val_loss")?.number)
    #expect(loss > 3 && loss < 4)
    guard case .string("out")? = try file.value("config", "out_dir"),
      case .bool(false)? = try file.value("config", "compile"),
      case .nothing? = try file.value("config", "always")
    else {
      Issue.record("other values")
      return
    }
    #expect(try file.value("config", "missing") == nil)
    let tensors = try file.tensors("model")
    #expect(tensors.count == 29)
    #expect(tensors.first?.name == "transformer.wte.weight")
    #expect(tensors.first?.tensor.shape == [31, 12])
    #expect(tensors.allSatisfy { $0.tensor.type == .float32 })
    // Tied: the same bytes.
    #expect(tensors.last?.name == "lm_head.weight")
    #expect(tensors.last?.tensor.bytes.baseAddress == tensors.first?.tensor.bytes.baseAddress)
    #expect(file.groups("optimizer", "param_groups", listing: "params") == [Array(0..<10), Array(10..<28)])
    #expect(try file.value(["optimizer", "state"], number: 27, "step")?.integer == 5)
    #expect(try file.value(["optimizer", "state"], number: 28, "step") == nil)
    withExtendedLifetime(file) {}
  }

  /// In 32 and in 64 bits; a part of a storage; extents of 1 with any stride; values of other types.
  @Test(arguments: [false, true])
  func tensorsByHand(isWide: Bool) throws {
    let values = (0..<24).map { UInt8($0) }
    let pickle = Op.pickle(
      Op.dictionary([
        ("all", Op.tensor()), ("part", Op.tensor(offset: 2, shape: [1, 3], strides: [77, 1])),
        ("one", Op.tensor(offset: 5, shape: [], strides: [])),
        ("empty", Op.tensor(shape: [0, 4], strides: [0, 9])),
        ("bytes", Op.tensor("1", count: 3, shape: [3], strides: [1], type: "ByteStorage")),
      ]))
    var zip = ZipBytes(records: [
      .init(name: "x/data.pkl", bytes: pickle, isWide: isWide),
      .init(name: "x/byteorder", bytes: Array("little".utf8)),
      .init(name: "x/data/0", bytes: values, isWide: isWide), .init(name: "x/data/1", bytes: [7, 8, 9]),
    ])
    zip.isWide = isWide
    let file = try PyTorchFile(try MappedFile(path: try directory.write(zip.bytes, to: "a.bin")))
    let tensors = Dictionary(uniqueKeysWithValues: try file.tensors())
    #expect(tensors["all"].map { Array($0.bytes) } == values)
    #expect(tensors["part"].map { Array($0.bytes) } == Array(values[8..<20]))
    #expect(tensors["one"].map { Array($0.bytes) } == Array(values[20..<24]))
    #expect(tensors["empty"]?.bytes.isEmpty == true)
    #expect(tensors["bytes"].map { Array($0.bytes) } == [7, 8, 9])
    withExtendedLifetime(file) {}
  }

  @Test func beforeVersion16() throws {
    let file = try MappedFile(path: TestFiles.fixture("pytorch/legacy.bin"))
    #expect(PyTorchFile.mayBeBarePickle(file))
    #expect(!PyTorchFile.mayBe(file))
  }
}
