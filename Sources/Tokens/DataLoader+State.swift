import BinaryFiles
import RandomNumbers

extension DataLoader {
  /// Where a loader stands: what llm.c keeps in its training state files.
  public struct State: Sendable, Equatable {
    /// The index of the current shard, in the order of this epoch.
    public var shard = 0
    /// The index of the next sample of that shard, in its order; the number of samples if none is left.
    public var sample = 0
    /// The generator of the next orders; `nil` without shuffling.
    public var generator: MersenneTwister?
    /// The order of the shards in this epoch; empty without shuffling.
    public var shardOrder: [Int32]
    /// The order of the samples in the current shard; empty without shuffling.
    public var sampleOrder: [Int32] = []

    public init(
      shard: Int, sample: Int, generator: MersenneTwister?, shardOrder: [Int32], sampleOrder: [Int32]
    ) {
      self.shard = shard
      self.sample = sample
      self.generator = generator
      self.shardOrder = shardOrder
      self.sampleOrder = sampleOrder
    }

    /// Before the first batch, without shuffling.
    public static let beginning = State(shardCount: 0, shuffling: false, processRank: 0)

    /// Each process shuffles by itself, from seed 42 plus its rank.
    init(shardCount: Int, shuffling: Bool, processRank: Int) {
      generator = shuffling ? MersenneTwister(seed: 42 + UInt32(processRank)) : nil
      shardOrder = shuffling ? (0..<Int32(shardCount)).map { $0 } : []
    }
  }

  /// Goes on from where a loader of the same shards, batch shape and processes stood.
  ///
  /// - Throws: `FileError` naming the pattern if `state` cannot belong to such a loader.
  public mutating func resume(from state: State) throws(FileError) {
    guard (state.generator != nil) == isShuffling else {
      throw mismatch(
        found: state.generator == nil ? "a position without shuffling" : "a position with shuffling")
    }
    guard shards.indices.contains(state.shard) else {
      throw mismatch(found: "a position in shard \(state.shard) of \(shards.count)")
    }
    if isShuffling, !Self.isPermutation(state.shardOrder, of: shards.count) {
      throw mismatch(found: "an order of \(state.shardOrder.count) shards that is none of these")
    }
    let shard = shards[isShuffling ? Int(state.shardOrder[state.shard]) : state.shard]
    let sampleCount = samples(in: shard)
    guard 0...sampleCount ~= state.sample else {
      throw mismatch(found: "a position at sample \(state.sample) of \(sampleCount)")
    }
    if isShuffling, !Self.isPermutation(state.sampleOrder, of: sampleCount) {
      throw mismatch(found: "an order of \(state.sampleOrder.count) samples that is none of these")
    }
    self.state = state
  }

  /// Moves to a sample of a shard in the present order, as llm.c's `dataloader_resume` does.
  ///
  /// With shuffling the order of the samples is the current shard's, so only `resume(from:)` can change it.
  ///
  /// - Throws: `FileError` if there is no such place.
  public mutating func resume(shard: Int, sample: Int) throws(FileError) {
    var target = state
    target.shard = shard
    target.sample = sample
    try resume(from: target)
  }

  private func mismatch(found: String) -> FileError {
    FileError(
      pattern,
      .mismatch(
        found: found, expected: "one in \(shards.count) shards with the same batch shape and shuffling",
        advice: "resume with the data and settings of the first run"))
  }

  private static func isPermutation(_ order: [Int32], of count: Int) -> Bool {
    guard order.count == count else { return false }
    var isSeen = [Bool](repeating: false, count: count)
    for index in order {
      guard 0 <= index, index < count, !isSeen[Int(index)] else { return false }
      isSeen[Int(index)] = true
    }
    return true
  }
}
