import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Texts that share rows, and padding behind them.
@Suite struct PackedSequencesTests {
  private let model: Model
  private let gradients: Parameters
  /// Two rows of 13; the last five positions are padding.
  private let sequences = Sequences(lengths: [6, 7, 1, 7, 5], batchSize: 2, rowLength: 13)
  private var padding: Range<Int> { 21..<26 }
  private let tokens: [Int32]
  private let targets: [Int32]

  init() throws {
    model = Model(try Checkpoint.read(TestFiles.fixture("awkward.bin")), on: Workers(count: 2))
    gradients = try Parameters(zeroed: model.configuration)
    var random = SeededRandom(seed: 9)
    tokens = (0..<26).map { _ in Int32.random(in: 0..<97, using: &random) }
    targets = (0..<26).map {
      // Prompts and padding are not learnt.
      [0, 1, 2, 6, 14].contains($0) || $0 > 20
        ? CrossEntropy.ignored : Int32.random(in: 0..<97, using: &random)
    }
  }

  private func activations(_ batchSize: Int, _ length: Int) throws -> Activations {
    try Activations(
      model.configuration, batchSize: batchSize, sequenceLength: length, keepingForBackward: true)
  }

  private func trained(on tokens: [Int32]) throws -> (loss: Float, gradients: [UInt32], losses: [Float]) {
    let activations = try activations(2, 13)
    try model.forward(tokens, in: sequences, into: activations)
    let loss = try model.backward(tokens, targets: targets, from: activations, into: gradients)
    return (loss, gradients.values.map(\.bitPattern), Array(activations.losses))
  }

  @Test func eachHasTheBitsThatItHasAlone() throws {
    let packed = try trained(on: tokens)
    var sum = [Double](repeating: 0, count: gradients.values.count)
    var total = 0.0
    let alone = try Parameters(zeroed: model.configuration)
    for rows in sequences.ranges where !rows.overlaps(padding) {
      let activations = try activations(1, rows.count)
      try model.forward(Array(tokens[rows]), into: activations)
      let learnt = targets[rows].count { $0 != CrossEntropy.ignored }
      // As the mean over all would have it.
      let loss = try model.backward(
        Array(tokens[rows]), targets: Array(targets[rows]), from: activations, into: alone,
        scale: Float(learnt) / 16)
      let (single, together) = (Array(activations.losses), Array(packed.losses[rows]))
      // OpenBLAS sums in another order where there are other rows beside.
      if model.workers.kernels.name == .openBLAS {
        #expect(zip(single, together).allSatisfy { abs($0 - $1) < 1e-5 })
      } else {
        #expect(single == together)
      }
      total += Double(loss) * Double(learnt)
      for (index, value) in alone.values.enumerated() { sum[index] += Double(value) }
    }
    #expect(targets.count { $0 != CrossEntropy.ignored } == 16)
    #expect(abs(Double(packed.loss) - total / 16) < 1e-6)
    #expect(Closeness.error(of: Array(gradients.values), against: sum) < 1e-5)
  }

  @Test func paddingAddsNothing() throws {
    let before = try trained(on: tokens)
    #expect(before.losses[padding].allSatisfy { $0 == 0 })
    var others = tokens
    for index in padding { others[index] = (others[index] + 1) % 97 }
    let after = try trained(on: others)
    #expect(after.loss == before.loss)
    // Bits but for the sign of zero.
    #expect(
      zip(after.gradients, before.gradients).allSatisfy { Float(bitPattern: $0) == Float(bitPattern: $1) })
  }

  @Test func aPassWithoutSequencesTakesRowsAsTheyAreAgain() throws {
    let activations = try activations(2, 13)
    try model.forward(tokens, into: activations)
    let whole = try model.loss(targets: targets, from: activations)
    try model.forward(tokens, in: sequences, into: activations)
    #expect(try model.loss(targets: targets, from: activations) != whole)
    try model.forward(tokens, into: activations)
    #expect(try model.loss(targets: targets, from: activations) == whole)
  }
}
