import ArgumentParser
import GPT2Lessons
import GPT2Terminal

/// What the rungs that read digits have in common.
struct DigitOptions: ParsableArguments {
  @Option(help: "Directory with MNIST's four files, packed by gzip or not.", completion: .directory)
  var data = "data/mnist"

  @Option(name: .shortAndLong, help: "Images that an update learns from.")
  var batchSize = 64

  @Option(name: .shortAndLong, help: "The learning rate at the beginning; a cosine takes it to zero.")
  var learningRate: Float = 2e-3

  @Option(help: "Weight decay.")
  var weightDecay: Float = 0.05

  @Option(name: .shortAndLong, help: "Of the random start and the order of the images.")
  var seed: UInt32 = 42

  func validate() throws {
    try batchSize.check("--batch-size", from: 1, to: 65_536)
    try learningRate.check("--learning-rate", atLeast: 0)
    try weightDecay.check("--weight-decay", atLeast: 0)
  }

  func settings(hidden: Int, epochs: Int) -> DigitSettings {
    DigitSettings(
      hidden: hidden, epochs: epochs, batchSize: batchSize, learningRate: learningRate,
      weightDecay: weightDecay, seed: seed)
  }
}
