import GPT2Generation
import GPT2Kernels
import GPT2Transformer

/// Scores with a `LanguageModel`, whatever format its weights are stored in.
///
/// A sequence is read as a prompt is: weights in blocks are widened, and both factors rounded to the model's
/// precision. A single token that is generated has its activations rounded to bytes instead.
package final class LanguageModelScorer: SequenceScorer {
  private let model: LanguageModel
  private let pass: InferencePass

  package var configuration: Configuration { model.configuration }

  package init(_ model: LanguageModel) {
    self.model = model
    pass = InferencePass(model.configuration)
  }

  package func scores(of tokens: [Int32], last count: Int) throws -> [TokenScore] {
    try configuration.check(tokens, scoringLast: count)
    var scores: [TokenScore] = []
    scores.reserveCapacity(count)
    try model.forEachLogitsBand(of: Array(tokens.dropLast()), last: count, in: pass) { rows, logits in
      // Position i's logits are about the token after it.
      let targets = tokens[rows.lowerBound + 1..<rows.upperBound + 1]
      scores.append(
        logits: logits, vocabularySize: configuration.vocabularySize, targets: Array(targets),
        on: model.workers)
    }
    return scores
  }
}
