import GPT2Tokens
import GPT2Transformer

/// What llm.c keeps beside the weights to go on with a run: see `TrainingStateFile`.
package struct TrainingState: Equatable, Sendable {
  /// Steps made so far.
  package var step: Int
  package var random: RoundingRandom
  /// Where the data of each replica stand.
  package var data: [LoaderState]

  package init(step: Int, random: RoundingRandom, data: [LoaderState]) {
    self.step = step
    self.random = random
    self.data = data
  }

  /// That of a run of one replica.
  package init(step: Int, random: RoundingRandom, data: LoaderState) {
    self.init(step: step, random: random, data: [data])
  }
}
