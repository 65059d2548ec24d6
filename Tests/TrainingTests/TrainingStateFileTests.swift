import BinaryFiles
import Foundation
import Kernels
import ModelFiles
import RandomNumbers
import TestSupport
import Testing
import Tokens
import Transformer

@testable import Training

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
    #expect(bytes[4] == 2)
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
    #expect(bytes[4] == 2)
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
    #expect(Array(optimizer.firstMoments.values) == (0..<count).map { value(0, $0) })
    #expect(Array(optimizer.secondMoments.values) == (0..<count).map { value(1, $0) })
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
    #expect(optimizer.step == 0 && optimizer.firstMoments.values.allSatisfy { $0 == 0 })
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
      case .unsupportedVersion(3, [1, 2], _) = try cause({ $0.set(1, to: 3) }),
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

  /// Version 2: what llm.c has no place for, and so refuses.
  @Test(arguments: ["muon", "biases", "adapters"])
  func momentsOfOtherKindsHaveAVersionOfTheirOwn(kind: String) throws {
    let configuration = parameters.configuration
    let layout = try AdapterLayout(configuration, rank: 2, alpha: 4, targets: TensorSet([.fcw]))
    func optimizer() throws -> Optimizer {
      switch kind {
      case "muon": try Optimizer(configuration, settings: .init(method: .muon))
      case "biases":
        try Optimizer(configuration, training: TensorSet(names: "biases"), settings: .init())
      default: try Optimizer(configuration, training: .none, adapters: layout, settings: .init())
      }
    }
    let written = try optimizer()
    for (index, values) in [written.firstMoments.values, written.secondMoments.values].enumerated() {
      for place in values.indices { values[place] = value(index, place) }
    }
    let path = directory.file("\(kind).bin")
    try TrainingStateFile.write(
      state(shuffles: true), of: written, weights: parameters, to: path, replacing: false)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(bytes[4] == 2)
    let moments = written.firstMoments.values.count + written.secondMoments.values.count
    #expect(bytes.count == 1024 + 4 * (moments + count) + (shuffledSize - orders))

    let read = try optimizer()
    #expect(try TrainingStateFile.read(path, into: read) == state(shuffles: true))
    #expect(Array(read.firstMoments.values) == Array(written.firstMoments.values))
    #expect(Array(read.secondMoments.values) == Array(written.secondMoments.values))
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
}
