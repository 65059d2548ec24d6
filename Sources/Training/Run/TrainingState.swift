import Tokens
import Transformer

/// What llm.c keeps beside the weights to go on with a run: see `TrainingStateFile`.
public struct TrainingState: Equatable, Sendable {
  /// Steps made so far.
  public var step: Int
  public var random: RoundingRandom
  /// Where the data of each replica stand.
  public var data: [LoaderState]

  public init(step: Int, random: RoundingRandom, data: [LoaderState]) {
    self.step = step
    self.random = random
    self.data = data
  }

  /// That of a run of one replica.
  public init(step: Int, random: RoundingRandom, data: LoaderState) {
    self.init(step: step, random: random, data: [data])
  }
}
