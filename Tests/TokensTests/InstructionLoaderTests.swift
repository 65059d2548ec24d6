import GPT2BinaryFiles
import TestSupport
import Testing

@testable import GPT2Tokens

@Suite struct InstructionLoaderTests {
  /// Of 3 to 12 tokens, the last two of which are learnt; each begins with a token of its own.
  private static let examples = (0..<17).map { index in
    let count = 3 + index * 7 % 10
    return InstructionExample(
      tokens: [Int32(100 + index)] + (1..<count).map { Int32($0) },
      isLearnt: (0..<count).map { $0 >= count - 2 })
  }

  private func loader(
    _ examples: [InstructionExample] = examples, batchSize: Int = 2, length: Int = 16, seed: UInt32? = 3
  ) throws(FileError) -> InstructionLoader {
    try InstructionLoader(
      examples, from: "set.jsonl", batchSize: batchSize, sequenceLength: length, shufflingBy: seed,
      padding: 256)
  }

  /// The examples in a batch, by their first tokens; checks how each lies there.
  private func examples(in batch: TokenBatch) throws -> [Int] {
    var found: [Int] = []
    var start = 0
    for length in try #require(batch.lengths) {
      let rows = start..<start + length
      start += length
      #expect(rows.lowerBound / batch.sequenceLength == (rows.upperBound - 1) / batch.sequenceLength)
      let index = Int(batch.inputs[rows.lowerBound]) - 100
      guard Self.examples.indices.contains(index) else {
        #expect(batch.inputs[rows].allSatisfy { $0 == 256 })
        #expect(batch.targets[rows].allSatisfy { $0 == TokenBatch.ignored })
        continue
      }
      let example = Self.examples[index]
      #expect(Array(batch.inputs[rows]) == Array(example.tokens.dropLast()))
      #expect(Array(batch.targets[rows]) == example.targets)
      found.append(index)
    }
    #expect(start == batch.batchSize * batch.sequenceLength)
    return found
  }

  @Test(arguments: [nil, 3], [1, 2, 5])
  func anEpochHasEachExampleOnce(seed: UInt32?, batchSize: Int) throws {
    var loader = try loader(batchSize: batchSize, seed: seed)
    var orders: [[Int]] = []
    for _ in 0..<3 {
      var order: [Int] = []
      repeat {
        order += try examples(in: loader.nextBatch())
      } while loader.state.sample < loader.batchesPerEpoch
      #expect(order.sorted() == Array(0..<17))
      orders.append(order)
    }
    #expect((orders[0] != orders[1]) == (seed != nil))
    #expect(orders[0] != orders[2] || seed == nil)
  }

  @Test func theSeedDecides() throws {
    func first(_ seed: UInt32) throws -> TokenBatch {
      var loader = try loader(seed: seed)
      return loader.nextBatch()
    }
    #expect(try first(3) == first(3))
    #expect(try first(3) != first(4))
  }

  /// Each goes into the first row that has room.
  @Test func firstFit() {
    let lengths = [5, 6, 3, 2, 7, 1, 8]
    #expect(
      RowPacking.rows(of: lengths, in: [0, 1, 2, 3, 4, 5, 6], rowLength: 8)
        == [[0, 2], [1, 3], [4, 5], [6]])
    #expect(RowPacking.rows(of: lengths, in: [6, 5, 4, 3], rowLength: 8) == [[6], [5, 4], [3]])
    #expect(RowPacking.rows(of: [], in: [], rowLength: 8).isEmpty)
  }

  @Test func whatIsSaid() throws {
    let loader = try loader()
    #expect(loader.exampleCount == 17)
    #expect(loader.learntCount == 34)
    #expect(loader.tokenCount == Self.examples.reduce(0) { $0 + $1.tokens.count })
  }

  /// From every place in two epochs the same batches follow.
  @Test(arguments: [nil, 3])
  func itGoesOnFromAnyPlace(seed: UInt32?) throws {
    var loader = try loader(seed: seed)
    for _ in 0..<2 * loader.batchesPerEpoch {
      var resumed = try self.loader(seed: seed)
      try resumed.resume(from: loader.state)
      var whole = loader
      for _ in 0..<9 { #expect(resumed.nextBatch() == whole.nextBatch()) }
      #expect(resumed.state == whole.state)
      _ = loader.nextBatch()
    }
  }

  @Test func positionsOfOthersAreRefused() throws {
    var loader = try loader()
    let before = loader.state
    var plain = try self.loader(seed: nil)
    let shorter = try self.loader(Array(Self.examples.dropLast()))
    var tokens = before
    tokens.kind = .tokens
    var far = before
    far.sample = loader.batchesPerEpoch + 1
    var shard = before
    shard.shard = 1
    for state in [plain.state, shorter.state, tokens, far, shard] {
      guard case .mismatch = expectFileError("set.jsonl", { try loader.resume(from: state) }) else {
        Issue.record("another error")
        return
      }
    }
    expectFileError("set.jsonl") { try plain.resume(from: before) }
    #expect(loader.state == before)
  }

  @Test func examplesThatDoNotFit() throws {
    expectFileError("set.jsonl") { _ = try loader([]) }
    expectFileError("set.jsonl") { _ = try loader(length: 10) }
    #expect(try loader(length: 11).sequenceLength == 11)
  }

  /// The loader of token files takes no position in instructions either.
  @Test func tokenFilesRefuseTheirPositions() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("tokens.bin")
    try TokenFile.write([UInt16](repeating: 1, count: 50), to: path, replacing: false)
    var files = try DataLoader(pattern: path, batchSize: 1, sequenceLength: 4, shuffling: true)
    let state = try loader().state
    guard
      case .mismatch("a position in instructions", _, _) = expectFileError(
        path, { try files.resume(from: state) })
    else {
      Issue.record("another error")
      return
    }
  }
}
