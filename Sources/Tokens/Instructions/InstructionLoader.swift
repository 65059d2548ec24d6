import GPT2BinaryFiles
import GPT2RandomNumbers

/// Serves instructions: rows of T tokens, each of several examples that do not see one another, and of padding where
/// no more fit.
///
/// An epoch has each example once. With shuffling every epoch has a new order, and so other rows. The last batch of an
/// epoch may end in rows of nothing but padding.
package struct InstructionLoader: BatchSource {
  package let batchSize: Int
  package let sequenceLength: Int
  /// What the examples are from, named in errors.
  package let path: String
  package private(set) var state: LoaderState

  private let examples: [InstructionExample]
  private let padding: Int32
  /// The examples of each row of this epoch.
  private var rows: [[Int32]] = []

  /// Stands before the first batch.
  ///
  /// - Parameters:
  ///   - examples: Of at most T positions each.
  ///   - seed: By which each epoch is shuffled; `nil` for the order of the examples.
  ///   - padding: A token of the vocabulary. Nothing is learnt from it, and nothing sees it.
  /// - Throws: `FileError` naming `path` if there are no examples, or one is longer than T.
  package init(
    _ examples: [InstructionExample], from path: String, batchSize: Int, sequenceLength: Int,
    shufflingBy seed: UInt32?, padding: Int32
  ) throws(FileError) {
    precondition(batchSize > 0 && sequenceLength > 0, "an empty batch")
    // Inputs, targets and what becomes of them.
    try DeclaredMemory.check(
      CheckedCount(batchSize) * sequenceLength * 16,
      for: "a batch of \(batchSize) × \(sequenceLength) tokens", of: path)
    let longest = examples.map(\.length).max() ?? 0
    guard !examples.isEmpty, longest <= sequenceLength else {
      throw FileError(
        path,
        .mismatch(
          found: examples.isEmpty ? "no examples" : "an example of \(longest + 1) tokens",
          expected: "examples of at most \(sequenceLength + 1) tokens",
          advice: "give a greater --sequence-length, or shorter examples"))
    }
    self.examples = examples
    self.path = path
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    self.padding = padding
    state = LoaderState(
      kind: .instructions, shard: 0, sample: 0, generator: seed.map { MersenneTwister(seed: $0) },
      shardOrder: [], sampleOrder: [])
    reset()
  }

  package var exampleCount: Int { examples.count }

  /// The tokens of all examples that are learnt.
  package var learntCount: Int { examples.reduce(0) { $0 + $1.learntCount } }

  /// The tokens of all examples.
  package var tokenCount: Int { examples.reduce(0) { $0 + $1.tokens.count } }

  package var batchesPerEpoch: Int { (rows.count + batchSize - 1) / batchSize }

  /// Each example has one position less than it has tokens.
  package mutating func nextBatch() -> TokenBatch {
    if state.sample >= batchesPerEpoch { reset() }
    let first = state.sample * batchSize
    state.sample += 1

    let count = batchSize * sequenceLength
    var inputs: [Int32] = []
    var targets: [Int32] = []
    var lengths: [Int] = []
    inputs.reserveCapacity(count)
    targets.reserveCapacity(count)
    for row in first..<first + batchSize {
      for index in row < rows.count ? rows[row] : [] {
        let example = examples[Int(index)]
        inputs += example.tokens.dropLast()
        targets += example.targets
        lengths.append(example.length)
      }
      let room = (row - first + 1) * sequenceLength - inputs.count
      guard room > 0 else { continue }
      inputs += [Int32](repeating: padding, count: room)
      targets += [Int32](repeating: TokenBatch.ignored, count: room)
      lengths.append(room)
    }
    return TokenBatch(
      inputs: inputs, targets: targets, batchSize: batchSize, sequenceLength: sequenceLength, lengths: lengths
    )
  }

  /// With shuffling the new epoch has a new order: the generator goes on, it does not start over.
  package mutating func reset() {
    state.sample = 0
    if state.generator != nil {
      state.sampleOrder = examples.indices.map { Int32($0) }
      state.generator?.permute(&state.sampleOrder)
    }
    pack()
  }

  private mutating func pack() {
    let order = state.generator == nil ? examples.indices.map { Int32($0) } : state.sampleOrder
    rows = RowPacking.rows(of: examples.map(\.length), in: order, rowLength: sequenceLength)
  }

  package mutating func resume(from state: LoaderState) throws(FileError) {
    guard state.kind == .instructions else { throw mismatch("a position in \(state.kind.words)") }
    guard (state.generator == nil) == (self.state.generator == nil) else {
      throw mismatch("a position \(state.generator == nil ? "without" : "with") shuffling")
    }
    if state.generator != nil, !state.sampleOrder.isPermutation(of: examples.count) {
      throw mismatch("a place in \(state.sampleOrder.count) examples")
    }
    var resumed = self
    resumed.state = state
    resumed.pack()
    guard state.shard == 0, 0...resumed.batchesPerEpoch ~= state.sample else {
      throw mismatch("a position at batch \(state.sample) of \(resumed.batchesPerEpoch)")
    }
    self = resumed
  }

  private func mismatch(_ found: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: found, expected: "one in \(examples.count) examples with the same batch shape and shuffling",
        advice: "resume with the data and settings of the first run"))
  }
}
