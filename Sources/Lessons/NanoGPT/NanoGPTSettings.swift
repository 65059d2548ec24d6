import GPT2TrainingCore
import GPT2Transformer

/// What the rung `nanogpt` trains, and how: unless told otherwise nanoGPT's configuration for CPUs, by its README, with
/// three times its learning rate.
package struct NanoGPTSettings: Equatable, Sendable {
  package var layers: Int
  package var heads: Int
  package var channels: Int
  /// T, and the positions that the model has.
  package var sequenceLength: Int
  /// B
  package var batchSize: Int
  package var steps: Int
  package var learningRate: Float
  package var method: Optimizer.Method
  /// Of the random start and of the samples.
  package var seed: UInt32

  package init(
    layers: Int = 4, heads: Int = 4, channels: Int = 128, sequenceLength: Int = 64, batchSize: Int = 12,
    steps: Int = 2000, learningRate: Float = 3e-3, method: Optimizer.Method = .adamW, seed: UInt32 = 42
  ) {
    self.layers = layers
    self.heads = heads
    self.channels = channels
    self.sequenceLength = sequenceLength
    self.batchSize = batchSize
    self.steps = steps
    self.learningRate = learningRate
    self.method = method
    self.seed = seed
  }

  /// - Throws: `ConfigurationError` if a number is out of range.
  package func configuration(vocabularySize: Int) throws(ConfigurationError) -> Configuration {
    try Configuration(
      maximumSequenceLength: sequenceLength, vocabularySize: vocabularySize, layers: layers, heads: heads,
      channels: channels)
  }

  /// A twentieth of the steps to warm up, a cosine to a tenth of the rate, β₂ = 0.99, weight decay 0.1 of matrices,
  /// gradients clipped to norm 1: nanoGPT's config/train_shakespeare_char.py and train.py.
  var plan: TrainingPlan {
    TrainingPlan(
      batchSize: batchSize, sequenceLength: sequenceLength, steps: steps,
      learningRate: LearningRateSchedule(
        shape: .cosine, peak: learningRate, warmUpSteps: steps / 20, steps: steps, finalFraction: 0.1),
      optimizer: Optimizer.Settings(method: method, beta1: 0.9, beta2: 0.99, weightDecay: 0.1),
      validationInterval: max(1, steps / 8), validationBatches: .max, sampleInterval: nil, sampleLength: 0,
      seed: UInt64(seed))
  }
}
