import GPT2Kernels
import GPT2RandomNumbers
import GPT2TrainingCore
import GPT2Transformer

/// Teaches a `DigitNetwork` by AdamW on small batches of shuffled images.
package final class DigitTraining {
  package struct Settings: Equatable, Sendable {
    /// H
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

  package let network: DigitNetwork
  package let settings: Settings
  private let images: DigitImages
  private let gradients: DigitParameters
  private let firstMoments: DigitParameters
  private let secondMoments: DigitParameters
  private let batch: DigitNetwork.Batch
  private let schedule: LearningRateSchedule
  private var random: MersenneTwister
  /// Steps made so far.
  package private(set) var step = 0

  /// Images that fill no batch are left out of an epoch; each has others, as its order is its own.
  package var stepsPerEpoch: Int { images.count / batch.input.rows }
  package var steps: Int { schedule.steps }

  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(
    _ images: DigitImages, _ settings: Settings, on workers: Workers
  ) throws(AllocationError) {
    let shape = DigitParameters.Shape(inputs: images.pixelsPerImage, hidden: settings.hidden)
    try self.init(images, settings, from: DigitParameters(random: shape, seed: settings.seed), on: workers)
  }

  /// - Parameter start: What the parameters are before the first step; they are changed in place.
  init(
    _ images: DigitImages, _ settings: Settings, from start: DigitParameters, on workers: Workers
  ) throws(AllocationError) {
    self.images = images
    self.settings = settings
    network = DigitNetwork(start, on: workers)
    gradients = try DigitParameters(zeroed: start.shape)
    firstMoments = try DigitParameters(zeroed: start.shape)
    secondMoments = try DigitParameters(zeroed: start.shape)
    let batchSize = min(settings.batchSize, images.count)
    batch = try DigitNetwork.Batch(batchSize, of: start.shape)
    schedule = LearningRateSchedule(
      shape: .cosine, peak: settings.learningRate, warmUpSteps: 0,
      steps: settings.epochs * (images.count / batchSize), finalFraction: 0)
    random = MersenneTwister(seed: settings.seed ^ 0x5EED)
  }

  /// Makes the steps of one epoch.
  ///
  /// - Parameter observing: Called with each step's loss, in nats, before its update.
  /// - Returns: The mean of these.
  package func runEpoch(observing observe: (Float) throws -> Void = { _ in }) rethrows -> Float {
    var order = (0..<Int32(images.count)).map { $0 }
    random.permute(&order)
    var sum = 0.0
    for start in stride(from: 0, to: stepsPerEpoch * batch.input.rows, by: batch.input.rows) {
      let loss = update(with: order[start..<start + batch.input.rows].map(Int.init))
      sum += Double(loss)
      try observe(loss)
    }
    return Float(sum / Double(stepsPerEpoch))
  }

  /// Makes one step with these images.
  func update(with indices: [Int]) -> Float {
    batch.fill(from: images, indices)
    network.forward(batch)
    let targets = indices.map { Int32(images.labels[$0]) }
    let loss = network.backward(batch, targets: targets, into: gradients)
    let rate = schedule.rate(at: step)
    step += 1
    for (index, tensor) in network.parameters.tensors.enumerated() {
      AdamW.update(
        parameters: tensor.flat, gradients: gradients.tensors[index].flat,
        firstMoments: firstMoments.tensors[index].flat, secondMoments: secondMoments.tensors[index].flat,
        settings: AdamWStep(
          learningRate: rate, weightDecay: DigitParameters.isWeight(index) ? settings.weightDecay : 0,
          step: step),
        on: network.workers)
    }
    return loss
  }
}
