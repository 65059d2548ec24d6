import GPT2BinaryFiles
import GPT2RandomNumbers

extension DataLoader {
  /// Before the first batch. Each process shuffles by itself, from seed 42 plus its rank.
  static func beginning(shardCount: Int, shuffling: Bool, processRank: Int) -> LoaderState {
    LoaderState(
      shard: 0, sample: 0, generator: shuffling ? MersenneTwister(seed: 42 + UInt32(processRank)) : nil,
      shardOrder: shuffling ? (0..<Int32(shardCount)).map { $0 } : [], sampleOrder: [])
  }

  /// Goes on from where a loader of the same shards, batch shape and processes stood.
  ///
  /// - Throws: `FileError` naming the pattern if `state` cannot belong to such a loader.
  package mutating func resume(from state: LoaderState) throws(FileError) {
    guard state.kind == .tokens else { throw mismatch(found: "a position in \(state.kind.words)") }
    guard (state.generator != nil) == isShuffling else {
      throw mismatch(
        found: state.generator == nil ? "a position without shuffling" : "a position with shuffling")
    }
    guard shards.indices.contains(state.shard) else {
      throw mismatch(found: "a position in shard \(state.shard) of \(shards.count)")
    }
    if isShuffling, !state.shardOrder.isPermutation(of: shards.count) {
      throw mismatch(found: "a place in \(state.shardOrder.count) shards, of other files")
    }
    let shard = shards[isShuffling ? Int(state.shardOrder[state.shard]) : state.shard]
    let sampleCount = samples(in: shard)
    guard 0...sampleCount ~= state.sample else {
      throw mismatch(found: "a position at sample \(state.sample) of \(sampleCount)")
    }
    if isShuffling, !state.sampleOrder.isPermutation(of: sampleCount) {
      throw mismatch(
        found: "a place in \(state.sampleOrder.count) samples of a shard that has \(sampleCount) of B x T = "
          + "\(batchSize) x \(sequenceLength)")
    }
    self.state = state
  }

  /// Moves to a sample of a shard in the present order, as llm.c's `dataloader_resume` does.
  ///
  /// With shuffling the order of the samples is the current shard's, so only `resume(from:)` can change it.
  ///
  /// - Throws: `FileError` if there is no such place.
  package mutating func resume(shard: Int, sample: Int) throws(FileError) {
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
}
