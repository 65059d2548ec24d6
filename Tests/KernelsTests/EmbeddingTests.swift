import GPT2Kernels
import TestSupport
import Testing

@Suite("Embedding") struct EmbeddingTests {
  static let tokens: [Int32] = [0, 4, 4, 2, 4, 1, 0, 2]  // (2, 4)
  static let rows = Sequences(batchSize: 2, sequenceLength: 4)

  @Test("Forward", arguments: oddSizes)
  func forward(channels: Int) {
    let table = Buffer(5, channels, gap: 1, seed: 1)
    let positions = Buffer(6, channels, seed: 2)
    let output = Buffer(unset: 8, channels, gap: 2)
    withTokens(Self.tokens) {
      Embedding.forward(
        tokens: $0, tokenTable: table.matrix, positionTable: positions.matrix, sequences: Self.rows,
        into: output.matrix, on: Workers(count: 2))
    }
    for row in 0..<8 {
      let expected = zip(table.matrix[Int(Self.tokens[row])], positions.matrix[row % 4]).map(+)
      #expect(Array(output.matrix[row]) == expected)
    }
    #expect(output.gapsAreIntact)
  }

  @Test("Forward without positions", arguments: oddSizes)
  func forwardOfTokensAlone(channels: Int) {
    let table = Buffer(5, channels, gap: 1, seed: 1)
    let output = Buffer(unset: 8, channels, gap: 2)
    withTokens(Self.tokens) {
      Embedding.forward(
        tokens: $0, tokenTable: table.matrix, positionTable: nil, sequences: Self.rows, into: output.matrix,
        on: Workers(count: 2))
    }
    #expect(output.values == Self.tokens.flatMap { Array(table.matrix[Int($0)]) })
    #expect(output.gapsAreIntact)
  }

  @Test("Backward adds every place a token is at", arguments: [1, 17, 300])
  func backward(channels: Int) {
    let gradient = Buffer(8, channels, gap: 1, seed: 3)
    let table = Buffer(5, channels, [Float](repeating: 1, count: 5 * channels))
    let positions = Buffer(unset: 6, channels)
    var tableSums = [Double](repeating: 1, count: 5 * channels)
    var positionSums = [Double](repeating: 0, count: 6 * channels)
    for accumulating in [false, true] {
      withTokens(Self.tokens) {
        Embedding.backward(
          outputGradient: gradient.matrix, tokens: $0, sequences: Self.rows, addingTo: table.matrix,
          positionTableGradient: positions.matrix, accumulating: accumulating, on: Workers(count: 2))
      }
      for row in 0..<8 {
        for column in 0..<channels {
          tableSums[Int(Self.tokens[row]) * channels + column] += Double(gradient.matrix[row][column])
          positionSums[row % 4 * channels + column] += Double(gradient.matrix[row][column])
        }
      }
      expectClose(table.values, tableSums)
      expectClose(positions.values, positionSums)
    }
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let gradient = Buffer(8, 700, seed: 3)
    expectSameBits { workers in
      let (table, positions) = (Buffer(5, 700, seed: 4), Buffer(unset: 6, 700))
      withTokens(Self.tokens) {
        Embedding.backward(
          outputGradient: gradient.matrix, tokens: $0, sequences: Self.rows, addingTo: table.matrix,
          positionTableGradient: positions.matrix, accumulating: false, on: workers)
      }
      return table.values + positions.values
    }
  }
}
