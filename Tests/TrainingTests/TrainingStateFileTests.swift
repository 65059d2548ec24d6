import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import GPT2ModelFiles
import GPT2RandomNumbers
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// Against files put together here, byte by byte as llm.c's `save_state` writes them.
@Suite struct TrainingStateFileTests {
  private let directory: TemporaryDirectory
  private let parameters: Parameters
  private let count: Int

  init() throws {
    directory = try TemporaryDirectory()
    parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    count = try #require(parameters.configuration.parameterCount)
  }

  /// A shuffling loader after a few draws.
  private var generator: MersenneTwister {
    var generator = MersenneTwister(seed: 42)
    for _ in 0..<700 { _ = generator.nextUInt32() }
    return generator
  }

  private let shardOrder: [Int32] = [2, 0, 1]
  private let sampleOrder: [Int32] = [4, 1, 0, 3, 2]

  /// `value` of moment or weight `array` at `index`: any number that tells where it stands.
  private func value(_ array: Int, _ index: Int) -> Float { Float(array * 1_000_000 + index) / 7 }

  private func file(shuffles: Bool = true, hasWeights: Bool = false) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let fields: [(Int, Int32)] = [
      (0, 20_240_527), (1, 1), (2, 1), (3, 0), (4, hasWeights ? 1 : 0), (5, shuffles ? 1 : 0), (10, 17),
    ]
    for (field, value) in fields { bytes.set(field, to: value) }
    func set(_ field: Int, _ value: UInt64) {
      for byte in 0..<8 { bytes[field * 4 + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    set(20, 0x0123_4567_89AB_CDEF)
    set(22, 0xFEDC_BA98_7654_3210)
    set(30, 1)
    set(32, 3)
    for array in 0..<(hasWeights ? 3 : 2) {
      for index in 0..<count { bytes += Self.littleEndian(value(array, index).bitPattern) }
    }
    guard shuffles else { return bytes }
    for order in [shardOrder, sampleOrder] {
      bytes += Self.littleEndian(UInt64(order.count))
      for index in order { bytes += Self.littleEndian(index) }
    }
    return bytes + generator.stateBytes
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private func optimizer() throws -> Optimizer {
    try Optimizer(parameters.configuration, settings: .init())
  }

  private func state(shuffles: Bool) -> TrainingState {
    TrainingState(
      step: 17, random: RoundingRandom(state: 0x0123_4567_89AB_CDEF, beforeLastUpdate: 0xFEDC_BA98_7654_3210),
      data: LoaderState(
        shard: 1, sample: 3, generator: shuffles ? generator : nil, shardOrder: shuffles ? shardOrder : [],
        sampleOrder: shuffles ? sampleOrder : []))
  }

  /// Updates that moments from elsewhere had seen count on after a resume; llm.c's files know of none.
  @Test func updatesBeforeTheRun() throws {
    let optimizer = try optimizer()
    optimizer.updatesBefore = 70_000
    let path = directory.file("state.bin")
    try TrainingStateFile.write(state(shuffles: false), of: optimizer, to: path, replacing: false)
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(bytes[4] == 3)
    let other = try self.optimizer()
    _ = try TrainingStateFile.read(path, into: other)
    #expect(other.updatesBefore == 70_000 && other.step == 17)
    bytes.set(43, to: -1)
    let damaged = try directory.write(bytes, to: "damaged.bin")
    guard
      case .invalidField("updates before the run", -1, _) = expectFileError(
        damaged, { _ = try TrainingStateFile.read(damaged, into: other) })
    else {
      Issue.record("accepted")
      return
    }
    let llmc = try directory.write(file(), to: "llmc.bin")
    _ = try TrainingStateFile.read(llmc, into: other)
    #expect(other.updatesBefore == 0)
  }

  /// A place in instructions is no place in token files, and llm.c's program is not to take it for one.
  @Test(arguments: [true, false])
  func placesInInstructions(shuffles: Bool) throws {
    let optimizer = try optimizer()
    var state = state(shuffles: shuffles)
    state.data[0].kind = .instructions
    let path = directory.file("state.bin")
    try TrainingStateFile.write(state, of: optimizer, to: path, replacing: false)
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(bytes[4] == 3)
    #expect(try TrainingStateFile.read(path, into: try self.optimizer()) == state)
    bytes.set(44, to: 2)
    let damaged = try directory.write(bytes, to: "damaged.bin")
    guard
      case .invalidField("kind of data", 2, _) = expectFileError(
        damaged, { _ = try TrainingStateFile.read(damaged, into: optimizer) })
    else {
      Issue.record("accepted")
      return
    }
  }

  @Test(arguments: [true, false], [true, false])
  func filesAreReadAndWrittenByteForByte(shuffles: Bool, hasWeights: Bool) throws {
    let bytes = file(shuffles: shuffles, hasWeights: hasWeights)
    let path = try directory.write(bytes, to: "theirs.bin")
    let optimizer = try optimizer()
    let weightsBefore = parameters.copy(of: .fcw)
    let read = try TrainingStateFile.read(path, into: optimizer, and: parameters)
    #expect(read == state(shuffles: shuffles))
    #expect(optimizer.step == 17)
    #expect(Array(optimizer.states[0].values) == (0..<count).map { value(0, $0) })
    #expect(Array(optimizer.states[1].values) == (0..<count).map { value(1, $0) })
    if hasWeights {
      #expect(Array(parameters.values) == (0..<count).map { value(2, $0) })
    } else {
      #expect(parameters.copy(of: .fcw) == weightsBefore)
    }
    let ours = directory.file("ours.bin")
    try TrainingStateFile.write(
      read, of: optimizer, weights: hasWeights ? parameters : nil, to: ours, replacing: false)
    #expect(try Data(contentsOf: URL(fileURLWithPath: ours)) == Data(bytes))
  }

  /// 16 draws an update and one a backward pass, with the same xorshift as llm.c's `random_u32`.
  @Test func theRandomStateMovesAsLLMCs() {
    var random = RoundingRandom()
    var generator = XorShift(state: 13_371_337)
    for _ in 0..<3 {
      for _ in 0..<2 {
        random.passBackward()
        _ = generator.nextUInt32()
      }
      let before = generator.state
      random.update()
      for _ in 0..<16 { _ = generator.nextUInt32() }
      #expect(random == RoundingRandom(state: generator.state, beforeLastUpdate: before))
    }
  }

  /// What reading the file throws once `change` has been made to it; the optimizer must be as before.
  private func cause(
    shuffles: Bool = true, _ change: (inout [UInt8]) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> FileError.Cause? {
    var bytes = file(shuffles: shuffles)
    change(&bytes)
    let path = try directory.write(bytes, to: "bad.bin")
    let optimizer = try optimizer()
    let cause = expectFileError(path, sourceLocation: sourceLocation) {
      _ = try TrainingStateFile.read(path, into: optimizer)
    }
    #expect(optimizer.step == 0 && optimizer.states[0].values.allSatisfy { $0 == 0 })
    return cause
  }

  private var shuffledSize: Int { file().count }
  private var orders: Int { 1024 + 8 * count }

  @Test func filesOfAnotherSizeAreRefused() throws {
    #expect(try cause { $0 = [] } == .truncatedHeader(found: 0, expected: 1024))
    #expect(
      try cause { $0.append(0) } == .wrongSize(found: shuffledSize + 1, expected: shuffledSize))
    #expect(
      try cause { $0.removeLast() } == .wrongSize(found: shuffledSize - 1, expected: shuffledSize))
    #expect(try cause { $0.removeSubrange(5000...) } == .wrongSize(found: 5000, expected: orders))
    #expect(
      try cause(shuffles: false) { $0.append(0) } == .wrongSize(found: orders + 1, expected: orders))
    // Cut in the middle of an order.
    #expect(
      try cause { $0.removeSubrange((orders + 10)...) }
        == .wrongSize(found: orders + 10, expected: orders + 20))
  }

  @Test func headersOfAnotherKindAreRefused() throws {
    guard case .wrongMagic(7, _, _) = try cause({ $0.set(0, to: 7) }),
      case .unsupportedVersion(4, [1, 2, 3], _) = try cause({ $0.set(1, to: 4) }),
      case .invalidField("number of processes", 8, _) = try cause({ $0.set(2, to: 8) }),
      case .invalidField("rank of the process", 1, _) = try cause({ $0.set(3, to: 1) }),
      case .invalidField("master weights", 2, _) = try cause({ $0.set(4, to: 2) }),
      case .invalidField("shuffling", -1, _) = try cause({ $0.set(5, to: -1) }),
      case .invalidField("step", -1, _) = try cause({ $0.set(10, to: -1) }),
      case .invalidField("shard", _, _) = try cause({ $0.set(31, to: -1) }),
      case .invalidField("sample", _, _) = try cause({ $0.set(33, to: 1) })
    else {
      Issue.record("expected each field to be refused")
      return
    }
  }

  @Test func countsThatOverflowAreRefused() throws {
    let cause = try cause { bytes in
      bytes.replaceSubrange(orders..<orders + 8, with: [UInt8](repeating: 0xFF, count: 8))
    }
    #expect(cause == .wrongSize(found: shuffledSize, expected: .max))
  }

  @Test func anImpossibleGeneratorIsRefused() throws {
    guard case .mismatch = try cause({ $0[$0.count - 1] ^= 1 }) else {
      Issue.record("expected a mismatch")
      return
    }
  }

  /// Version 3: what llm.c has no place for, and so refuses.
  @Test(arguments: ["muon", "normuon", "biases", "adapters"])
  func momentsOfOtherKindsHaveAVersionOfTheirOwn(kind: String) throws {
    let configuration = parameters.configuration
    let layout = try AdapterLayout(configuration, rank: 2, alpha: 4, targets: TensorSet([.fcw]))
    func optimizer() throws -> Optimizer {
      switch kind {
      case "muon": try Optimizer(configuration, settings: .init(method: .muon))
      case "normuon": try Optimizer(configuration, settings: .init(method: .norMuon))
      case "biases":
        try Optimizer(configuration, training: TensorSet(names: "biases"), settings: .init())
      default: try Optimizer(configuration, training: .none, adapters: layout, settings: .init())
      }
    }
    let written = try optimizer()
    for (index, state) in written.states.enumerated() {
      for place in state.values.indices { state.values[place] = value(index, place) }
    }
    let path = directory.file("\(kind).bin")
    try TrainingStateFile.write(
      state(shuffles: true), of: written, weights: parameters, to: path, replacing: false)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(bytes[4] == 3)
    let moments = written.states.reduce(0) { $0 + $1.count }
    let names = 32 * written.states.count
    #expect(bytes.count == 1024 + names + 4 * (moments + count) + (shuffledSize - orders))
    for (index, state) in written.states.enumerated() {
      let entry = bytes[1024 + 32 * index..<1056 + 32 * index]
      #expect(Array(entry.prefix { $0 != 0 }) == Array(state.name.utf8))
      #expect(Array(entry.suffix(8)) == Self.littleEndian(UInt64(state.count)))
    }

    let read = try optimizer()
    #expect(try TrainingStateFile.read(path, into: read) == state(shuffles: true))
    for (read, written) in zip(read.states, written.states) {
      #expect(Array(read.values) == Array(written.values))
    }
    // Neither kind is taken for the other.
    let plain = try self.optimizer()
    let llmc = try directory.write(file(), to: "llmc.bin")
    for (path, optimizer) in [(path, plain), (llmc, read)] {
      guard case .mismatch = expectFileError(path, { _ = try TrainingStateFile.read(path, into: optimizer) })
      else {
        Issue.record("expected a mismatch")
        continue
      }
    }
  }

  /// Version 2, as earlier runs wrote it: m of all tensors in their order, v of those that AdamW updates.
  @Test func momentsWithoutNamesAreRead() throws {
    let configuration = parameters.configuration
    let optimizer = try Optimizer(configuration, settings: .init(method: .muon))
    var bytes = file(shuffles: false)
    bytes.removeSubrange(1024...)
    for (field, value) in [(1, 2), (40, 1), (41, 0xFFFF), (43, 9)] { bytes.set(field, to: Int32(value)) }
    for index in 0..<count { bytes += Self.littleEndian(value(0, index).bitPattern) }
    let linear = [ParameterTensor.qkvw, .attprojw, .fcw, .fcprojw]
    var expected: [String: [Float]] = [:]
    var (place, second) = (0, 0)
    for tensor in ParameterTensor.allCases {
      let tensorCount = try #require(tensor.count(in: configuration))
      let isLinear = linear.contains(tensor)
      expected[isLinear ? "muon.m" : "adamw.m", default: []] += (place..<place + tensorCount).map {
        value(0, $0)
      }
      place += tensorCount
      guard !isLinear else { continue }
      for _ in 0..<tensorCount {
        bytes += Self.littleEndian(value(1, second).bitPattern)
        expected["adamw.v", default: []].append(value(1, second))
        second += 1
      }
    }
    let path = try directory.write(bytes, to: "old.bin")
    #expect(try TrainingStateFile.read(path, into: optimizer) == state(shuffles: false))
    #expect(optimizer.updatesBefore == 9)
    for state in optimizer.states { #expect(Array(state.values) == expected[state.name], "\(state.name)") }
    // Of a share of it, that share.
    let half = try Optimizer(configuration, settings: .init(method: .muon), process: 1, of: 2)
    _ = try TrainingStateFile.read(path, into: half)
    for state in half.states {
      #expect(Array(state.values) == Array(try #require(expected[state.name])[state.range]), "\(state.name)")
    }
    let damaged = try directory.write(Array(bytes.dropLast()), to: "damaged.bin")
    #expect(
      expectFileError(damaged) { _ = try TrainingStateFile.read(damaged, into: optimizer) }
        == .wrongSize(found: bytes.count - 1, expected: bytes.count))
  }

  /// llm.c's with -z 1: every process has an equal part of each tensor's layer, at offset / P in its arrays.
  @Test(arguments: [true, false])
  func momentsThatLLMCsProcessesShareAreRead(hasWeights: Bool) throws {
    let processes = 2
    let configuration = parameters.configuration
    for rank in 0..<processes {
      var bytes = file(hasWeights: hasWeights)
      let loader = Array(bytes.suffix(shuffledSize - orders))
      bytes.removeSubrange(1024...)
      bytes.set(2, to: Int32(processes))
      bytes.set(3, to: Int32(rank))
      for array in 0..<(hasWeights ? 3 : 2) {
        var start = 0
        for tensor in ParameterTensor.allCases {
          let (rows, columns) = tensor.shape(in: configuration)
          let part = rows * columns / processes
          for _ in 0..<tensor.layers(in: configuration) {
            for index in start + rank * part..<start + (rank + 1) * part {
              bytes += Self.littleEndian(value(array, index).bitPattern)
            }
            start += rows * columns
          }
        }
      }
      _ = try directory.write(bytes + loader, to: "state_\(rank).bin")
    }
    func path(_ rank: Int) -> String { directory.file("state_\(rank).bin") }
    for (process, of) in [(0, 1), (1, 2)] {
      let optimizer = try Optimizer(configuration, settings: .init(), process: process, of: of)
      let state = try TrainingStateFile.read(path(0), others: path, into: optimizer, and: parameters)
      #expect(state.data == [LoaderState](repeating: self.state(shuffles: true).data[0], count: processes))
      for (array, kept) in optimizer.states.enumerated() {
        #expect(Array(kept.values) == kept.range.map { value(array, $0) })
      }
    }
    if hasWeights { #expect(Array(parameters.values) == (0..<count).map { value(2, $0) }) }
    // A part that is missing, or of another length.
    let optimizer = try optimizer()
    let last = path(processes - 1)
    let whole = try Data(contentsOf: URL(fileURLWithPath: last))
    try whole.dropLast(3).write(to: URL(fileURLWithPath: last))
    #expect(throws: FileError.self) { _ = try TrainingStateFile.read(path(0), others: path, into: optimizer) }
    try FileManager.default.removeItem(atPath: last)
    #expect(throws: FileError.self) { _ = try TrainingStateFile.read(path(0), others: path, into: optimizer) }
    #expect(optimizer.states[0].values.allSatisfy { $0 == 0 })
  }

  /// A table that is none.
  @Test func namesThatAreDamagedAreRefused() throws {
    let optimizer = try Optimizer(parameters.configuration, settings: .init(method: .norMuon))
    let path = directory.file("named.bin")
    try TrainingStateFile.write(state(shuffles: false), of: optimizer, to: path, replacing: false)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    func cause(_ change: (inout [UInt8]) -> Void) throws -> FileError.Cause? {
      var bytes = bytes
      change(&bytes)
      let path = try directory.write(bytes, to: "bad.bin")
      return expectFileError(path) { _ = try TrainingStateFile.read(path, into: optimizer) }
    }
    guard case .invalidField("number of what the optimizer keeps", -1, _) = try cause({ $0.set(45, to: -1) }),
      case .invalidField(_, 65, _) = try cause({ $0.set(45, to: 65) }),
      case .wrongSize(1030, _) = try cause({ $0.removeSubrange(1030...) }),
      case .mismatch = try cause({ $0[1024] ^= 1 }),
      case .mismatch = try cause({ $0[1024 + 24] ^= 1 }),
      case .mismatch = try cause({ $0[1024 + 31] = 0xFF }),
      case .mismatch = try cause({ $0.set(41, to: 3) })
    else {
      Issue.record("expected each to be refused")
      return
    }
  }
}
