import GPT2BinaryFiles
import GPT2RandomNumbers

/// Serves batches without end, epoch after epoch: a value, so that a copy serves the same ones again.
package protocol BatchSource: Sendable {
  /// B, the rows of a batch.
  var batchSize: Int { get }
  /// T, the tokens of a row.
  var sequenceLength: Int { get }
  /// The batches of the present epoch.
  var batchesPerEpoch: Int { get }
  /// All that changes: save it to carry on later from the same place. See `resume`.
  var state: LoaderState { get }

  /// The next batch. After the last of an epoch comes the first of the next.
  mutating func nextBatch() -> TokenBatch

  /// Passes over a batch.
  mutating func skipBatch()

  /// Begins a new epoch.
  mutating func reset()

  /// Says whether what its last batches were made of was all there.
  ///
  /// - Throws: `FileError` if a file was cut meanwhile.
  func check() throws(FileError)

  /// Goes on from where a source of the same data and batch shape stood.
  ///
  /// - Throws: `FileError` naming the data if `state` cannot belong to such a source.
  mutating func resume(from state: LoaderState) throws(FileError)
}

extension BatchSource {
  package mutating func skipBatch() { _ = nextBatch() }
  package func check() throws(FileError) {}
}

/// Where a source of batches stands: what llm.c keeps in its training state files.
package struct LoaderState: Sendable, Equatable {
  /// What the batches are made of.
  package enum Kind: Int, Sendable {
    /// Token files: `DataLoader`, as llm.c's.
    case tokens = 0
    /// Instructions: `InstructionLoader`. Its samples are the examples, in one shard.
    case instructions = 1

    var words: String { self == .tokens ? "token files" : "instructions" }
  }

  package var kind: Kind
  /// The index of the current shard, in the order of this epoch.
  package var shard = 0
  /// The index of the next sample of that shard, in its order, the number of samples if none is left; of instructions
  /// that of the next batch.
  package var sample = 0
  /// The generator of the next orders; `nil` without shuffling.
  package var generator: MersenneTwister?
  /// The order of the shards in this epoch; empty without shuffling.
  package var shardOrder: [Int32]
  /// The order of the samples in the current shard; empty without shuffling.
  package var sampleOrder: [Int32] = []

  package init(
    kind: Kind = .tokens, shard: Int, sample: Int, generator: MersenneTwister?, shardOrder: [Int32],
    sampleOrder: [Int32]
  ) {
    self.kind = kind
    self.shard = shard
    self.sample = sample
    self.generator = generator
    self.shardOrder = shardOrder
    self.sampleOrder = sampleOrder
  }

  /// Before the first batch of token files, without shuffling.
  package static let beginning = LoaderState(
    shard: 0, sample: 0, generator: nil, shardOrder: [], sampleOrder: [])
}

extension [Int32] {
  /// Whether each number below `count` is there once.
  func isPermutation(of count: Int) -> Bool {
    guard self.count == count else { return false }
    var isSeen = [Bool](repeating: false, count: count)
    for index in self {
      guard 0 <= index, index < count, !isSeen[Int(index)] else { return false }
      isSeen[Int(index)] = true
    }
    return true
  }
}
