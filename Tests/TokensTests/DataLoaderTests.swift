import GPT2BinaryFiles
import GPT2RandomNumbers
import TestSupport
import Testing
import GPT2Tokens

/// Expected orders: what a C program that includes llm.c's `llmc/dataloader.h` printed for the same three
/// shards, of 25, 40 and 19 tokens, token i of shard s being 1000·s + i. Each number is a batch's first input.
struct DataLoaderTests {
  private func first(_ count: Int, of loader: inout DataLoader) -> [Int32] {
    (0..<count).map { _ in
      let batch = loader.nextBatch()
      // Inside a batch tokens follow one another.
      #expect(batch.inputs == batch.inputs.indices.map { batch.inputs[0] + Int32($0) })
      #expect(batch.targets == batch.inputs.map { $0 + 1 })
      return batch.inputs[0]
    }
  }

  @Test func threeEpochsInOrder() throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: false)
    let epoch: [Int32] = [0, 6, 12, 18, 1000, 1006, 1012, 1018, 1024, 1030, 2000, 2006, 2012]
    #expect(first(39, of: &loader) == epoch + epoch + epoch)
    #expect((loader.state.shard, loader.state.sample) == (2, 3))
    #expect(loader.shardCount == 3)
    #expect(loader.tokensInAllShards == 84)
    #expect(loader.batchesPerEpoch == 13)
  }

  @Test func threeEpochsShuffled() throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: true)
    #expect(
      first(39, of: &loader) == [
        2012, 2000, 2006, 1006, 1018, 1012, 1024, 1030, 1000, 12, 0, 18, 6, 1000, 1024, 1006, 1030, 1012,
        1018,
        2000, 2012, 2006, 18, 12, 6, 0, 1012, 1000, 1006, 1018, 1024, 1030, 2012, 2006, 2000, 18, 0, 12, 6,
      ])
    #expect((loader.state.shard, loader.state.sample) == (2, 4))
    loader.reset()
    #expect(first(1, of: &loader) == [2012])
    var generator = loader.state.generator
    #expect(generator?.nextUInt32() == 2_627_888_186)
  }

  @Test func theSecondOfTwoProcesses() throws {
    let shards = try Shards()
    var loader = try shards.loader(batchSize: 1, shuffling: true, processRank: 1, processCount: 2)
    #expect(
      first(39, of: &loader) == [
        2003, 2009, 2015, 21, 3, 15, 9, 1027, 1003, 1009, 1033, 1015, 1021, 3, 15, 9, 21, 1015, 1027, 1003,
        1021,
        1009, 1033, 2003, 2009, 2015, 21, 9, 3, 15, 2009, 2003, 2015, 1027, 1021, 1009, 1003, 1033, 1015,
      ])
    loader.reset()
    #expect(first(1, of: &loader) == [2015])
    var generator = loader.state.generator
    #expect(generator?.nextUInt32() == 3_646_165_872)
  }

  @Test func theFirstOfTwoProcesses() throws {
    let shards = try Shards()
    var loader = try shards.loader(batchSize: 1, shuffling: false, processRank: 0, processCount: 2)
    #expect(
      first(14, of: &loader) == [0, 6, 12, 18, 1000, 1006, 1012, 1018, 1024, 1030, 2000, 2006, 2012, 0])
    #expect((loader.state.shard, loader.state.sample) == (0, 1))
  }

  @Test func aBatchKnowsItsShape() throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: false)
    let expected = TokenBatch(
      inputs: [0, 1, 2, 3, 4, 5], targets: [1, 2, 3, 4, 5, 6], batchSize: 2, sequenceLength: 3)
    #expect(loader.nextBatch() == expected)
  }

  /// 19 tokens are exactly one sample of 18 and the one after.
  @Test func aShardOfExactlyOneSample() throws {
    let shards = try Shards()
    var loader = try shards.loader("2", batchSize: 6, shuffling: true)
    #expect(loader.batchesPerEpoch == 1)
    #expect(first(3, of: &loader) == [2000, 2000, 2000])
  }

  @Test(arguments: [false, true])
  func resumesFromAnyState(shuffling: Bool) throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: shuffling)
    for _ in 0..<30 {
      var resumed = try shards.loader(shuffling: shuffling)
      try resumed.resume(from: loader.state)
      var copy = loader
      #expect(first(15, of: &resumed) == first(15, of: &copy))
      #expect(resumed.state == copy.state)
      _ = loader.nextBatch()
    }
  }

  @Test func resumesAtASample() throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: false)
    try loader.resume(shard: 1, sample: 4)
    #expect(first(3, of: &loader) == [1024, 1030, 2000])
    // Past the last sample of the last shard the next epoch begins.
    try loader.resume(shard: 2, sample: 3)
    #expect(first(1, of: &loader) == [0])
  }

  @Test(arguments: [(-1, 0), (3, 0), (0, -1), (0, 5), (2, 4), (.max, .max), (.min, .min)])
  func impossiblePlaces(shard: Int, sample: Int) throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: false)
    let before = loader.state
    let error = #expect(throws: FileError.self) { try loader.resume(shard: shard, sample: sample) }
    #expect(error?.path == loader.pattern)
    #expect(loader.state == before)
  }

  @Test func impossibleStates() throws {
    let shards = try Shards()
    var loader = try shards.loader(shuffling: true)
    let plain = try shards.loader(shuffling: false).state
    #expect(throws: FileError.self) { try loader.resume(from: plain) }
    let orders: [[Int32]] = [[], [0, 1], [0, 1, 1], [0, 1, 3], [0, 1, -1], [0, 1, 2, 3]]
    for order in orders {
      var state = loader.state
      state.shardOrder = order
      #expect(throws: FileError.self, "\(order)") { try loader.resume(from: state) }
    }
    for order in orders where order.count != 3 {
      var state = loader.state
      state.sampleOrder = order
      #expect(throws: FileError.self, "\(order)") { try loader.resume(from: state) }
    }
    var unshuffled = try shards.loader(shuffling: false)
    let shuffled = loader.state
    #expect(throws: FileError.self) { try unshuffled.resume(from: shuffled) }
  }
}
