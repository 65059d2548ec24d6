import GPT2Kernels
import GPT2RandomNumbers
import GPT2TrainingCore
import GPT2Transformer

/// Teaches a network to read digits by AdamW on small batches of shuffled images.
final class DigitTraining<Network: DigitReader> {
  let network: Network
  let settings: DigitSettings
  private let images: DigitImages
  private let gradients: Network.Parameters
  private let firstMoments: Network.Parameters
  private let secondMoments: Network.Parameters
  private let batch: Network.Batch
  private let schedule: LearningRateSchedule
  private var random: MersenneTwister
  /// Steps made so far.
  private(set) var step = 0

  /// Images that fill no batch are left out of an epoch; each has others, as its order is its own.
  var stepsPerEpoch: Int { images.count / batch.input.rows }
  var steps: Int { schedule.steps }
  /// Images of a batch.
  var batchSize: Int { batch.input.rows }

  /// - Parameter network: As it is before the first step; its parameters are changed in place.
  /// - Throws: `AllocationError` if the memory is not to be had.
  init(
    _ images: DigitImages, _ settings: DigitSettings, teaching network: Network
  ) throws(AllocationError) {
    self.images = images
    self.settings = settings
    self.network = network
    gradients = try network.parameters.zeros()
    firstMoments = try network.parameters.zeros()
    secondMoments = try network.parameters.zeros()
    let batchSize = min(settings.batchSize, images.count)
    batch = try network.batch(of: batchSize)
    schedule = LearningRateSchedule(
      shape: .cosine, peak: settings.learningRate, warmUpSteps: 0,
      steps: settings.epochs * (images.count / batchSize), finalFraction: 0)
    random = MersenneTwister(seed: settings.seed ^ 0x5EED)
  }

  /// Makes the steps of one epoch.
  ///
  /// - Parameter observing: Called with each step's loss, in nats, before its update.
  /// - Returns: The mean of these.
  /// - Throws: `DivergenceError` if a loss is not finite; what `observing` throws.
  func runEpoch(observing observe: (Float) throws -> Void = { _ in }) throws -> Float {
    var order = (0..<Int32(images.count)).map { $0 }
    random.permute(&order)
    var sum = 0.0
    for start in stride(from: 0, to: stepsPerEpoch * batchSize, by: batchSize) {
      let loss = update(with: order[start..<start + batchSize].map(Int.init))
      try DivergenceError.check(Double(loss), after: step - 1)
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
          learningRate: rate,
          weightDecay: Network.Parameters.isWeight(index) ? settings.weightDecay : 0, step: step),
        on: network.workers)
    }
    return loss
  }
}
