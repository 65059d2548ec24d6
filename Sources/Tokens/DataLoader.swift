import GPT2BinaryFiles
import GPT2RandomNumbers

/// Serves batches of tokens, from files or from memory, in the same order as llm.c's `llmc/dataloader.h`.
///
/// A sample is processes · B · T tokens and the one after, of which each process takes its own B · T and the one
/// after; samples begin every processes · B · T tokens and never cross from one file, a shard, into the next.
/// With shuffling each epoch permutes the shards, and each shard its samples.
public struct DataLoader: BatchSource {
  /// B, the rows of a batch.
  public let batchSize: Int
  /// T, the tokens of a row.
  public let sequenceLength: Int
  package let processRank: Int
  package let processCount: Int
  /// The shell pattern that named the shards; of tokens in memory what errors call them.
  package let pattern: String
  let shards: [TokenShard]

  /// All that changes: save it to carry on later from the same place. See `resume`.
  package internal(set) var state: LoaderState

  /// Opens and checks every shard, and stands before the first batch.
  ///
  /// - Parameters:
  ///   - pattern: A path, or if there is no such file a shell pattern; shards are taken in order of their names.
  ///   - batchSize: B.
  ///   - sequenceLength: T.
  ///   - shuffling: Whether each epoch has an order of its own.
  ///   - vocabularySize: If given, every token of every shard must be below it.
  /// - Throws: `FileError` if no file matches, if a file is no token file or holds less than one sample or a
  ///   token outside the vocabulary, or if a number is out of range.
  public init(
    pattern: String, batchSize: Int, sequenceLength: Int, shuffling: Bool, vocabularySize: Int? = nil
  ) throws(FileError) {
    try self.init(
      pattern: pattern, batchSize: batchSize, sequenceLength: sequenceLength, shuffling: shuffling,
      processRank: 0, processCount: 1, vocabularySize: vocabularySize)
  }

  /// The same for one of several processes.
  package init(
    pattern: String, batchSize: Int, sequenceLength: Int, shuffling: Bool, processRank: Int = 0,
    processCount: Int, vocabularySize: Int? = nil
  ) throws(FileError) {
    try Self.checkProcess(processRank, of: processCount)
    try self.init(
      pattern, (batchSize, sequenceLength), shuffling: shuffling, process: processRank, of: processCount,
      vocabularySize: vocabularySize
    ) { () throws(FileError) in
      var shards: [TokenShard] = []
      for path in try paths(matching: pattern) { shards.append(.file(try TokenFile(contentsOf: path))) }
      return shards
    }
  }

  /// Serves batches of tokens in memory, just as it would serve those of a file that holds them.
  ///
  /// - Parameters:
  ///   - tokens: More than B·T of them, each from 0 to 65,535.
  ///   - batchSize: B.
  ///   - sequenceLength: T.
  ///   - shuffling: Whether each epoch has an order of its own.
  ///   - vocabularySize: If given, every token must be below it.
  /// - Throws: `FileError` about "the tokens" if they are less than one sample or one is outside the vocabulary, or
  ///   about "the batch" if a number is out of range.
  public init(
    tokens: [Int], batchSize: Int, sequenceLength: Int, shuffling: Bool = true, vocabularySize: Int? = nil
  ) throws(FileError) {
    try self.init(
      TokenShard.memoryName, (batchSize, sequenceLength), shuffling: shuffling,
      vocabularySize: vocabularySize
    ) { () throws(FileError) in
      if let first = tokens.firstIndex(where: { UInt16(exactly: $0) == nil }) {
        throw FileError(
          TokenShard.memoryName,
          .tokenOutOfRange(
            token: tokens[first], position: first, vocabularySize: vocabularySize ?? Vocabulary.largestCount))
      }
      return [.memory(tokens.map { UInt16($0) })]
    }
  }

  private init(
    _ name: String, _ shape: (batchSize: Int, sequenceLength: Int), shuffling: Bool, process rank: Int = 0,
    of count: Int = 1, vocabularySize: Int?, shards open: () throws(FileError) -> [TokenShard]
  ) throws(FileError) {
    let sampleLength = try Self.checkedSampleLength(shape.batchSize, shape.sequenceLength, count)
    pattern = name
    (batchSize, sequenceLength) = shape
    (processRank, processCount) = (rank, count)
    let factors = (count > 1 ? "processes × " : "") + "batch size × sequence length"
    let shards = try open()
    for shard in shards {
      guard shard.count > sampleLength else {
        throw FileError(
          shard.path,
          .mismatch(
            found: "\(shard.count) tokens",
            expected: "more than \(sampleLength), \(factors)",
            advice: "use a smaller batch, shorter sequences, or more text"))
      }
      if let vocabularySize { try shard.check(below: vocabularySize) }
    }
    self.shards = shards
    state = Self.beginning(shardCount: shards.count, shuffling: shuffling, processRank: rank)
    reset()
  }

  private static func checkProcess(_ rank: Int, of count: Int) throws(FileError) {
    guard 0 <= rank, rank < count, rank <= Int(Int32.max) else {
      throw FileError(
        "the processes",
        .mismatch(
          found: "process \(rank) of \(count)", expected: "a rank from 0 and below their number",
          advice: "give other numbers"))
    }
  }

  /// - Returns: processes · B · T.
  /// - Throws: `FileError` about the batch, which no file is to blame for.
  private static func checkedSampleLength(
    _ batchSize: Int, _ sequenceLength: Int, _ processCount: Int
  ) throws(FileError) -> Int {
    let processes = processCount > 1 ? "\(processCount) processes × " : ""
    let found = "\(processes)batch size \(batchSize) × sequence length \(sequenceLength)"
    guard batchSize > 0, sequenceLength > 0 else {
      throw FileError(
        "the batch",
        .mismatch(found: found, expected: "at least 1 × 1 tokens", advice: "give other numbers"))
    }
    guard let length = (CheckedCount(processCount) * batchSize * sequenceLength).value else {
      throw FileError(
        "the batch",
        .mismatch(
          found: found, expected: "at most \(Int.max) tokens",
          advice: "use a smaller batch or shorter sequences"))
    }
    return length
  }

  /// Whether each epoch has an order of its own.
  public var isShuffling: Bool { state.generator != nil }

  /// The number of files; 1 for tokens in memory.
  public var shardCount: Int { shards.count }

  /// The number of tokens in all shards together, those that fill no batch included.
  public var tokensInAllShards: Int { shards.reduce(0) { $0 + $1.count } }

  /// The number of batches before the first of them comes again.
  public var batchesPerEpoch: Int { shards.reduce(0) { $0 + samples(in: $1) } }

  /// What tells these files apart from others, as far as a look at some of their tokens can: of each its length and 256
  /// tokens, the first and the last among them.
  package var signature: [UInt64] {
    shards.flatMap { shard in
      [UInt64(shard.count)] + (0..<256).map { UInt64(shard[$0 * (shard.count - 1) / 255]) }
    }
  }

  /// The next batch. After the last of an epoch comes the first of the next.
  package mutating func nextBatch() -> TokenBatch {
    let index = nextSample()
    let length = batchSize * sequenceLength
    let start = index * sampleLength + processRank * length
    let tokens = currentShard.load(start..<start + length + 1)
    return TokenBatch(
      inputs: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), batchSize: batchSize,
      sequenceLength: sequenceLength)
  }

  /// Passes over a batch without reading it.
  package mutating func skipBatch() { _ = nextSample() }

  /// Checks that all tokens are below `vocabularySize`.
  ///
  /// - Throws: `FileError` with the first that is not.
  package func check(below vocabularySize: Int) throws(FileError) {
    for shard in shards { try shard.check(below: vocabularySize) }
  }

  /// Of the shard that it is in.
  package func check() throws(FileError) { try currentShard.check() }

  private mutating func nextSample() -> Int {
    if state.sample >= samples(in: currentShard) { advance() }
    defer { state.sample += 1 }
    return isShuffling ? Int(state.sampleOrder[state.sample]) : state.sample
  }

  /// Begins a new epoch. With shuffling it has a new order: the generator goes on, it does not start over.
  package mutating func reset() {
    state.shard = 0
    state.generator?.permute(&state.shardOrder)
    enterShard()
  }

  private mutating func advance() {
    guard state.shard + 1 < shards.count else {
      reset()
      return
    }
    state.shard += 1
    enterShard()
  }

  private mutating func enterShard() {
    state.sample = 0
    guard isShuffling else { return }
    state.sampleOrder = (0..<Int32(samples(in: currentShard))).map { $0 }
    state.generator?.permute(&state.sampleOrder)
  }

  /// The tokens from one sample to the next.
  private var sampleLength: Int { processCount * batchSize * sequenceLength }

  private var currentShard: TokenShard { shard(at: state.shard) }

  func shard(at position: Int) -> TokenShard {
    shards[isShuffling ? Int(state.shardOrder[position]) : position]
  }

  func samples(in shard: TokenShard) -> Int { (shard.count - 1) / sampleLength }
}
