extension RecallHead {
  /// The gradient of `scale` · Σ −ln p over the answers, by every parameter: each line of the forward pass, from the last to
  /// the first.
  ///
  /// - Parameter gradient: It is added to that.
  package func backward(
    from questions: [Int], answers: [Int], scale: Double, into gradient: inout HeadParameters
  ) {
    // Cross-entropy: dZ = p − 1 at the answer, 0 where nothing is asked.
    let probabilities = probabilities
    var dLogits = DoubleMatrix(zeros: logits.rows, logits.columns)
    for (question, answer) in zip(questions, answers) {
      for token in 0..<logits.columns {
        dLogits[question, token] = scale * (probabilities[question, token] - (token == answer ? 1 : 0))
      }
    }
    // Z = O·U
    gradient[.output] += outputs.transposedTimes(dLogits)
    let dOutputs = dLogits.timesTransposed(parameters[.output])
    let (dQueries, dKeys, dValues) = backward(dOutputs)
    // Q = X·Wq, K = X·Wk, V = X·Wv
    gradient[.query] += inputs.transposedTimes(dQueries)
    gradient[.key] += inputs.transposedTimes(dKeys)
    gradient[.value] += inputs.transposedTimes(dValues)
    var dInputs = dQueries.timesTransposed(parameters[.query])
    dInputs += dKeys.timesTransposed(parameters[.key])
    dInputs += dValues.timesTransposed(parameters[.value])
    // X[t] = E[xₜ] + F[xₜ₋₁]
    for (t, token) in tokens.enumerated() {
      gradient.add(dInputs.row(t), toRow: token, of: .token)
      if t > 0 { gradient.add(dInputs.row(t), toRow: tokens[t - 1], of: .previous) }
    }
  }

  /// Attention's own part: from dO (T, h) to dQ, dK and dV.
  func backward(
    _ dOutputs: DoubleMatrix
  ) -> (queries: DoubleMatrix, keys: DoubleMatrix, values: DoubleMatrix) {
    // O = P·V
    let dValues = weights.transposedTimes(dOutputs)
    let dWeights = dOutputs.timesTransposed(values)
    // P = softmax(S): dS = P ∘ (dP − Σ P ∘ dP). What is not seen has P = 0, and so no gradient.
    var dScores = DoubleMatrix(zeros: weights.rows, weights.columns)
    for t in 0..<weights.rows {
      let mean = zip(weights.row(t), dWeights.row(t)).reduce(0) { $0 + $1.0 * $1.1 }
      for other in 0..<weights.columns {
        dScores[t, other] = weights[t, other] * (dWeights[t, other] - mean)
      }
    }
    // S = Q·Kᵀ/√h
    let scale = 1 / Double(queries.columns).squareRoot()
    let dQueries = dScores.times(keys).scaled(by: scale)
    let dKeys = dScores.transposedTimes(queries).scaled(by: scale)
    return (dQueries, dKeys, dValues)
  }
}
