import GPT2Kernels
import GPT2Transformer

extension LanguageModel {
  /// output = lnf(states): what the classifier is given.
  func normalise(
    _ states: Matrix,  // (R, C)
    into output: Matrix  // (R, C)
  ) {
    workers.withScratch(2 * states.rows) { memory in
      LayerNorm.forward(
        states, weight: prepared.vector(.lnfw), bias: prepared.vector(.lnfb), into: output,
        means: Matrix(memory, rows: 1, columns: states.rows),
        rstd: Matrix(memory + states.rows, rows: 1, columns: states.rows),
        epsilon: configuration.variant.layerNormEpsilon, on: workers)
    }
  }

  /// Reads the logits of states, lnf(states) · classifierᵀ, a band of rows at a time, and ranks the tokens by each row.
  ///
  /// - Parameters:
  ///   - states: (R, C), of the residual stream.
  ///   - count: How many of the likeliest tokens to list.
  ///   - target: A row's token to look for, below `vocabularySize`; `nil` for none.
  /// - Throws: `SamplingError` if logits are not finite.
  func rankings(
    of states: Matrix, top count: Int, vocabularySize: Int, target: (_ row: Int) -> Int?
  ) throws(SamplingError) -> [TokenRanking] {
    let V = configuration.vocabularySize
    let band = min(states.rows, 64)
    var rankings: [TokenRanking] = []
    try workers.withScratch(band * (configuration.channels + V)) { memory throws(SamplingError) in
      for start in stride(from: 0, to: states.rows, by: max(1, band)) {
        let rows = start..<min(states.rows, start + band)
        let normed = Matrix(memory, rows: rows.count, columns: configuration.channels)
        let logits = Matrix(memory + normed.count, rows: rows.count, columns: V)
        normalise(states.rows(rows), into: normed)
        Linear.forward(
          normed, weight: prepared.classifier, bias: nil, residual: nil, into: logits, precision: precision,
          on: workers)
        rankings += try TokenRanking.rankings(
          of: logits.columns(0..<vocabularySize), top: count, targets: rows.map(target), on: workers)
      }
    }
    return rankings
  }
}
