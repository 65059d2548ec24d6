import CGPT2Kernels
import TestSupport
import Testing

@testable import GPT2Kernels

/// The kernels of the forward and backward pass compute what their pages say.
@Suite struct WorkedExampleTests {
  private let workers = Workers(count: 2)

  @Test func embedding() throws {
    let page = try WorkedExample(page: "Embedding")
    let tokens = try page["tokens"].map { Int32($0) }
    let sequences = Sequences(batchSize: tokens.count / 2, sequenceLength: 2)
    let (E, P) = (try page.buffer("E"), try page.buffer("P"))
    let x = Buffer(unset: tokens.count, E.matrix.columns)
    let dx = try page.buffer("dx")
    // E's gradient is added to, P's is written.
    let dE = Buffer(E.matrix.rows, E.matrix.columns, [Float](repeating: 0, count: E.matrix.count))
    let dP = Buffer(unset: P.matrix.rows, P.matrix.columns)
    withTokens(tokens) { tokens in
      Embedding.forward(
        tokens: tokens, tokenTable: E.matrix, positionTable: P.matrix, sequences: sequences, into: x.matrix,
        on: workers)
      Embedding.backward(
        outputGradient: dx.matrix, tokens: tokens, sequences: sequences, addingTo: dE.matrix,
        positionTableGradient: dP.matrix, accumulating: false, on: workers)
    }
    try page.expect(x.values, "x")
    try page.expect(dE.values, "dE")
    try page.expect(dP.values, "dP")
  }

  @Test func layerNorm() throws {
    let page = try WorkedExample(page: "LayerNorm")
    let (x, w, b) = (try page.buffer("x"), try page.buffer("w"), try page.buffer("b"))
    let (rows, channels) = (x.matrix.rows, x.matrix.columns)
    let (y, dx) = (Buffer(unset: rows, channels), Buffer(unset: rows, channels))
    let (means, deviations) = (Buffer(unset: 1, rows), Buffer(unset: 1, rows))
    let (dw, db, dy) = (Buffer(unset: 1, channels), Buffer(unset: 1, channels), try page.buffer("dy"))
    LayerNorm.forward(
      x.matrix, weight: w.matrix, bias: b.matrix, into: y.matrix, means: means.matrix,
      rstd: deviations.matrix, on: workers)
    LayerNorm.backward(
      outputGradient: dy.matrix, input: x.matrix, weight: w.matrix, means: means.matrix,
      rstd: deviations.matrix, addingTo: dx.matrix, inputGradientAccumulating: false,
      weightGradient: dw.matrix, biasGradient: db.matrix, accumulating: false, on: workers)
    try page.expect(means.values, "μ")
    try page.expect(deviations.values, "ρ")
    try page.expect(y.values, "y")
    try page.expect(dx.values, "dx")
    try page.expect(dw.values, "dw")
    try page.expect(db.values, "db")
  }

  @Test func linear() throws {
    let page = try WorkedExample(page: "Linear")
    let (x, W, b, dy) = (
      try page.buffer("x"), try page.buffer("W"), try page.buffer("b"), try page.buffer("dy")
    )
    let y = Buffer(unset: dy.matrix.rows, dy.matrix.columns)
    let dx = Buffer(unset: x.matrix.rows, x.matrix.columns)
    let (dW, db) = (Buffer(unset: W.matrix.rows, W.matrix.columns), Buffer(unset: 1, W.matrix.rows))
    Linear.forward(
      x.matrix, weight: W.matrix, bias: b.matrix, residual: nil, into: y.matrix, on: workers)
    Linear.backward(
      outputGradient: dy.matrix, input: x.matrix, weight: W.matrix, inputGradient: dx.matrix,
      weightGradient: dW.matrix, biasGradient: db.matrix, accumulating: false, on: workers)
    try page.expect(y.values, "y")
    try page.expect(dx.values, "dx")
    try page.expect(dW.values, "dW")
    try page.expect(db.values, "db")
  }

  @Test func softmax() throws {
    let page = try WorkedExample(page: "Softmax")
    let x = try page.buffer("x")
    var (sums, probabilities): ([Float], [Float]) = ([], [])
    for row in 0..<x.matrix.rows {
      let values = x.matrix.base + row * x.matrix.stride
      let largest = workers.kernels.table.largest(values, x.matrix.columns)
      #expect(largest == (try page["m"][row]))
      sums.append(workers.kernels.table.exponentiate(values, largest, x.matrix.columns))
      probabilities += x.matrix[row].map { $0 / sums[row] }
    }
    try page.expect(x.values, "e")
    try page.expect(sums, "sum")
    try page.expect(probabilities, "p")
  }

  @Test func attention() throws {
    let page = try WorkedExample(page: "Attention")
    let qkv = try queriesKeysValues(of: page)
    let output = Buffer(unset: 3, 2)
    let logSumExp = Buffer(unset: 1, 3)
    Attention.forward(
      qkv.matrix, sequences: Sequences(batchSize: 1, sequenceLength: 3), heads: 1, into: output.matrix,
      logSumExp: logSumExp.matrix, on: workers)
    try page.expect(output.values, "O")
    try page.expect(logSumExp.values, "L")
    // The recurrence's last line is the same, before it is divided.
    let sum = try page.number("l₂")
    for (value, wanted) in zip(try page["o₂"], try page["O"].suffix(2)) {
      #expect(abs(value / sum - wanted) < 1e-5)
    }
  }

  @Test func attentionBackward() throws {
    let page = try WorkedExample(page: "AttentionBackward")
    let qkv = try queriesKeysValues(of: page)
    let (output, outputGradient) = (Buffer(unset: 3, 2), try page.buffer("dO"))
    let (logSumExp, gradient) = (Buffer(unset: 1, 3), Buffer(unset: 3, 6))
    Attention.forward(
      qkv.matrix, sequences: Sequences(batchSize: 1, sequenceLength: 3), heads: 1, into: output.matrix,
      logSumExp: logSumExp.matrix, on: workers)
    Attention.backward(
      outputGradient: outputGradient.matrix, qkv: qkv.matrix, output: output.matrix,
      logSumExp: logSumExp.matrix, sequences: Sequences(batchSize: 1, sequenceLength: 3), heads: 1,
      into: gradient.matrix, on: workers)
    for (part, name) in ["dQ", "dK", "dV"].enumerated() {
      try page.expect((0..<3).flatMap { gradient.matrix[$0][2 * part..<2 * part + 2] }, name)
    }
  }

  @Test func residual() throws {
    let page = try WorkedExample(page: "Residual")
    let (stream, branch) = (try page.buffer("x"), try page.buffer("branch"))
    Residual.add(branch.matrix, to: stream.matrix)
    try page.expect(stream.values, "r")
  }

  @Test func gelu() throws {
    let page = try WorkedExample(page: "GELU")
    let (x, gradient) = (try page.buffer("x"), try page.buffer("dy"))
    let y = Buffer(unset: 1, x.matrix.columns)
    GELU.forward(x.matrix, into: y.matrix, on: workers)
    GELU.backward(input: x.matrix, gradient: gradient.matrix, on: workers)
    try page.expect(y.values, "y")
    try page.expect(gradient.values, "dx")
  }

  @Test func hyperbolicTangent() throws {
    let page = try WorkedExample(page: "HyperbolicTangent")
    let (x, gradient) = (try page.buffer("x"), try page.buffer("dy"))
    let y = Buffer(unset: 1, x.matrix.columns)
    HyperbolicTangent.forward(x.matrix, into: y.matrix, on: workers)
    HyperbolicTangent.backward(output: y.matrix, gradient: gradient.matrix, on: workers)
    try page.expect(y.values, "y")
    try page.expect(gradient.values, "dx")
  }

  @Test func crossEntropy() throws {
    let page = try WorkedExample(page: "CrossEntropy")
    let logits = try page.buffer("x")
    let (V, losses) = (Int(try page.number("V")), Buffer(unset: 1, 2))
    withTokens(try page["targets"].map { Int32($0) }) { targets in
      CrossEntropy.lossAndGradient(
        logits: logits.matrix, vocabularySize: V, targets: targets, scale: 0.5, into: losses.matrix[0],
        on: workers)
    }
    try page.expect(losses.values, "losses")
    try page.expect([losses.values.reduce(0, +) / 2], "mean")
    try page.expect(logits.values, "dx")
  }

  @Test func cachedAttention() throws {
    let page = try WorkedExample(page: "CachedAttention")
    let (K, V) = (try page.buffer("K"), try page.buffer("V"))
    let pages = try Pages(.fp32, capacity: 3, heads: 1, headSize: 2)
    withExtendedLifetime((K, V)) {
      pages.withView { view in
        for position in 0..<3 {
          view.write(keys: K.matrix.base + 2 * position, values: V.matrix.base + 2 * position, at: position)
        }
      }
    }
    // Only the query of its row is read.
    let qkv = Buffer(1, 6, try page["q"] + [Float](repeating: .nan, count: 4))
    let output = Buffer(unset: 1, 2)
    withExtendedLifetime(qkv) {
      pages.withView {
        CachedAttention.forward(qkv.matrix, [.init(of: $0, at: 2)], into: output.matrix, on: workers)
      }
    }
    try page.expect(output.values, "o")
  }

  /// Q, K and V side by side: (T, 3h).
  private func queriesKeysValues(of page: WorkedExample) throws -> Buffer {
    let parts = try ["Q", "K", "V"].map { try page[$0] }
    return Buffer(3, 6, (0..<3).flatMap { row in parts.flatMap { $0[2 * row..<2 * row + 2] } })
  }
}
