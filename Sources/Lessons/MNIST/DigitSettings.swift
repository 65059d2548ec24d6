/// How a network is taught to read digits.
package struct DigitSettings: Equatable, Sendable {
  /// H, units of the last hidden layer.
  package var hidden: Int
  /// Times that every image is seen.
  package var epochs: Int
  /// B, at most the number of images.
  package var batchSize: Int
  /// At the beginning; a cosine takes it to zero.
  package var learningRate: Float
  /// Of the weights, not of the biases.
  package var weightDecay: Float
  /// Of the start and of the order of the images.
  package var seed: UInt32

  package init(
    hidden: Int = 128, epochs: Int = 12, batchSize: Int = 64, learningRate: Float = 2e-3,
    weightDecay: Float = 0.05, seed: UInt32 = 42
  ) {
    self.hidden = hidden
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.seed = seed
  }
}
