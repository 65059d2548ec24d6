import ArgumentParser
import Training
import Transformer

struct BatchOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "B: sequences in a batch.")
  var batchSize = 4

  @Option(name: [.customShort("t"), .long], help: "T: tokens in a sequence.")
  var sequenceLength = 64

  @Option(help: "Updates to make; once through the data if not given.")
  var steps: Int?

  @Flag(inversion: .prefixedNo, help: "Take the batches in random order, as llm.c's train_gpt2.cu does.")
  var shuffle = true

  func validate() throws {
    try batchSize.check("--batch-size", atLeast: 1)
    try sequenceLength.check("--sequence-length", atLeast: 1)
    try steps?.check("--steps", atLeast: 1)
  }
}

struct OptimizerOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The largest learning rate.")
  var learningRate: Float = 3e-4

  @Option(help: "How the learning rate goes on after the warm-up: constant or cosine.")
  var schedule: LearningRateSchedule.Shape = .cosine

  @Option(help: "Steps in which the learning rate rises from zero.")
  var warmUpSteps = 0

  @Option(help: "What the cosine ends at, as a fraction of the learning rate.")
  var finalLearningRate: Float = 0

  @Option(help: "Weight decay, on the two-dimensional tensors.")
  var weightDecay: Float = 0

  @Option(help: "AdamW's decay of the first moment.")
  var beta1: Float = 0.9

  @Option(help: "AdamW's decay of the second moment.")
  var beta2: Float = 0.95

  @Option(help: "The largest norm of the gradients; larger ones are scaled down to it. 0 for no limit.")
  var clip: Float = 1

  func validate() throws {
    try learningRate.check("--learning-rate", atLeast: 0)
    try warmUpSteps.check("--warm-up-steps", atLeast: 0)
    try finalLearningRate.check("--final-learning-rate", atLeast: 0)
    try weightDecay.check("--weight-decay", atLeast: 0)
    try clip.check("--clip", atLeast: 0)
    for (option, beta) in [("--beta1", beta1), ("--beta2", beta2)] where !(0..<1).contains(beta) {
      throw ValidationError("\(option) is \(beta), expected a number from 0 to less than 1.")
    }
  }

  var settings: AdamWOptimizer.Settings {
    AdamWOptimizer.Settings(
      beta1: beta1, beta2: beta2, weightDecay: weightDecay, maximumGradientNorm: clip == 0 ? nil : clip)
  }

  func schedule(steps: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      shape: schedule, peak: learningRate, warmUpSteps: warmUpSteps, steps: steps,
      finalFraction: finalLearningRate)
  }
}

extension Recomputation: ExpressibleByArgument {}

extension LearningRateSchedule.Shape: ExpressibleByArgument {}

struct WatchingOptions: ParsableArguments {
  @Option(help: "Steps between validation losses; 0 for none.")
  var validationInterval = 100

  @Option(help: "Batches that a validation loss is taken over at most.")
  var validationBatches = 20

  @Option(help: "Steps between samples; 0 for none.")
  var sampleInterval = 100

  @Option(help: "Tokens of a sample.")
  var sampleLength = 64

  @Flag(help: "Print every event as a line of JSON on standard output.")
  var json = false

  func validate() throws {
    try validationInterval.check("--validation-interval", atLeast: 0)
    try validationBatches.check("--validation-batches", atLeast: 1)
    try sampleInterval.check("--sample-interval", atLeast: 0)
    try sampleLength.check("--sample-length", atLeast: 1)
  }
}
