import GPT2Platform

/// One head of attention and nothing else, reading one text: every step of the forward pass is kept, as the backward pass and
/// the page need them all. After Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1.
///
/// Each position knows its token and the one before. A Transformer's first layer can find out the latter; here it is given, so
/// that one head is enough.
package struct RecallHead: Sendable {
  package let parameters: HeadParameters
  /// T token ids.
  package let tokens: [Int]
  /// Whether a position sees only itself and what came before.
  package let isCausal: Bool
  /// X (T, C)
  package let inputs: DoubleMatrix
  /// Q, K and V (T, h)
  package let queries: DoubleMatrix
  package let keys: DoubleMatrix
  package let values: DoubleMatrix
  /// S (T, T), −∞ for what is not seen.
  package let scores: DoubleMatrix
  /// P (T, T)
  package let weights: DoubleMatrix
  /// O (T, h)
  package let outputs: DoubleMatrix
  /// Z (T, V)
  package let logits: DoubleMatrix

  package init(_ parameters: HeadParameters, reading tokens: [Int], isCausal: Bool = true) {
    self.parameters = parameters
    self.tokens = tokens
    self.isCausal = isCausal
    inputs = Self.inputs(parameters, tokens)
    queries = inputs.times(parameters[.query])
    keys = inputs.times(parameters[.key])
    values = inputs.times(parameters[.value])
    let products = queries.timesTransposed(keys).scaled(by: 1 / Double(parameters.headSize).squareRoot())
    scores = isCausal ? products.causallyMasked : products
    weights = scores.softmax
    outputs = weights.times(values)
    logits = outputs.times(parameters[.output])
  }

  /// X[t] = E[xₜ] + F[xₜ₋₁], and for the first token, which has none before it, E[x₀].
  private static func inputs(_ parameters: HeadParameters, _ tokens: [Int]) -> DoubleMatrix {
    var inputs = DoubleMatrix(zeros: tokens.count, parameters.channels)
    for (t, token) in tokens.enumerated() {
      inputs.add(parameters[.token].row(token), toRow: t)
      if t > 0 { inputs.add(parameters[.previous].row(tokens[t - 1]), toRow: t) }
    }
    return inputs
  }

  /// (T, V): how likely each token is to come next, after each position.
  package var probabilities: DoubleMatrix { logits.softmax }

  /// The sum of −ln p over the answers that come after the questions, in nats, and how many of them were the likeliest token.
  ///
  /// - Parameters:
  ///   - questions: Positions.
  ///   - answers: The tokens that come after them.
  package func loss(at questions: [Int], answers: [Int]) -> (sum: Double, right: Int) {
    let probabilities = probabilities
    var (sum, right) = (0.0, 0)
    for (question, answer) in zip(questions, answers) {
      let row = Array(probabilities.row(question))
      sum -= log(row[answer])
      if row[answer] == row.max() { right += 1 }
    }
    return (sum, right)
  }
}
