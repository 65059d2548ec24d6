import GPT2Kernels
import TestSupport
import Testing

/// Sequences that share a row have the bits that each has alone.
@Suite struct SequencesTests {
  /// Two rows of 150: one sequence of more than two blocks of queries, short ones, and one of a single position.
  static let lengths = [130, 1, 19, 7, 64, 65, 14]
  static let packed = Sequences(lengths: lengths, batchSize: 2, rowLength: 150)

  @Test func rowsAreSequencesUnlessSaidOtherwise() {
    let uniform = Sequences(batchSize: 3, sequenceLength: 5)
    #expect(uniform == Sequences(lengths: [5, 5, 5], batchSize: 3, rowLength: 5))
    #expect(uniform.ranges == [0..<5, 5..<10, 10..<15])
    #expect(Self.packed.longest == 130 && Self.packed.tokens == 300)
  }

  @Test(arguments: KernelSet.available, Precision.allCases)
  func attentionOfEachIsThatOfOneAlone(kernels: KernelSet, precision: Precision) {
    let (heads, channels) = (3, 15)
    let workers = Workers(count: 2, kernels: kernels)
    let (qkv, outputGradient) = (Buffer(300, 3 * channels, gap: 2, seed: 1), Buffer(300, channels, seed: 2))
    let (output, logSumExp) = (Buffer(unset: 300, channels, gap: 1), Buffer(unset: 2 * heads, 150))
    let gradient = Buffer(unset: 300, 3 * channels)
    func run(
      _ rows: Range<Int>, _ sequences: Sequences, output: Matrix, logSumExp: Matrix, gradient: Matrix
    ) {
      Attention.forward(
        qkv.matrix.rows(rows), sequences: sequences, heads: heads, into: output, logSumExp: logSumExp,
        precision: precision, on: workers)
      Attention.backward(
        outputGradient: outputGradient.matrix.rows(rows), qkv: qkv.matrix.rows(rows), output: output,
        logSumExp: logSumExp, sequences: sequences, heads: heads, into: gradient, precision: precision,
        on: workers)
    }
    run(
      0..<300, Self.packed, output: output.matrix, logSumExp: logSumExp.matrix, gradient: gradient.matrix)
    for rows in Self.packed.ranges {
      let alone = (Buffer(unset: rows.count, channels), Buffer(unset: heads, rows.count))
      let aloneGradient = Buffer(unset: rows.count, 3 * channels)
      run(
        rows, Sequences(batchSize: 1, sequenceLength: rows.count), output: alone.0.matrix,
        logSumExp: alone.1.matrix, gradient: aloneGradient.matrix)
      #expect(rows.flatMap { Array(output.matrix[$0]) } == alone.0.values)
      #expect(rows.flatMap { Array(gradient.matrix[$0]) } == aloneGradient.values)
      let (row, offset) = rows.lowerBound.quotientAndRemainder(dividingBy: 150)
      for head in 0..<heads {
        let part = logSumExp.matrix[row * heads + head][offset..<offset + rows.count]
        #expect(Array(part) == Array(alone.1.matrix[head]))
      }
    }
    #expect(output.gapsAreIntact)
  }

  @Test func positionsCountFromTheBeginningOfEach() {
    let channels = 17
    let (table, positions) = (Buffer(5, channels, seed: 1), Buffer(130, channels, seed: 2))
    let tokens = (0..<300).map { Int32($0 * 7 % 5) }
    let output = Buffer(unset: 300, channels)
    let ones = Buffer(300, channels, [Float](repeating: 1, count: 300 * channels))
    let tableGradient = Buffer(5, channels, [Float](repeating: 0, count: 5 * channels))
    let positionGradient = Buffer(unset: 130, channels)
    withTokens(tokens) {
      Embedding.forward(
        tokens: $0, tokenTable: table.matrix, positionTable: positions.matrix, sequences: Self.packed,
        into: output.matrix, on: Workers(count: 2))
      Embedding.backward(
        outputGradient: ones.matrix, tokens: $0, sequences: Self.packed, addingTo: tableGradient.matrix,
        positionTableGradient: positionGradient.matrix, accumulating: false, on: Workers(count: 2))
    }
    for sequence in Self.packed.ranges {
      for (position, row) in sequence.enumerated() {
        let expected = zip(table.matrix[Int(tokens[row])], positions.matrix[position]).map(+)
        #expect(Array(output.matrix[row]) == expected)
      }
    }
    for position in 0..<130 {
      let count = Float(Self.lengths.count { $0 > position })
      #expect(positionGradient.matrix[position].allSatisfy { $0 == count })
    }
  }
}
