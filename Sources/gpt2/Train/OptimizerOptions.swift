import ArgumentParser
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer

/// How weights follow gradients.
struct OptimizerOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The largest learning rate.")
  var learningRate: Float = 3e-4

  @Option(
    name: [.customShort("k"), .long],
    help: "How the learning rate goes on after the warm-up: \(LearningRateSchedule.Shape.names).")
  var schedule: LearningRateSchedule.Shape = .cosine

  @Option(name: [.customShort("u"), .long], help: "Steps in which the learning rate rises from zero.")
  var warmUpSteps = 0

  @Option(
    name: [.customShort("q"), .long], help: "What the schedule ends at, as a fraction of the learning rate.")
  var finalLearningRate: Float = 0

  @Option(name: [.customShort("c"), .long], help: "Weight decay, on the two-dimensional tensors.")
  var weightDecay: Float = 0

  @Option(
    help: """
      adamw, or muon or normuon for the linear layers' weights and AdamW for the rest. These learn more from a step, and \
      take longer for it.
      """)
  var optimizer: Optimizer.Method = .adamW

  @Option(help: "Muon's and NorMuon's momentum; 0.95 if not given.")
  var momentum: Float?

  @Option(help: "AdamW's decay of the first moment.")
  var beta1: Float = 0.9

  @Option(help: "AdamW's decay of the second moment.")
  var beta2: Float = 0.95

  @Option(help: "The largest norm of the gradients; larger ones are scaled down to it. 0 for no limit.")
  var clip: Float = 1

  @Option(
    help: """
      Keep an exponential moving average of the weights with this decay, such as 0.999, which often predicts better. It is \
      validated beside them, and saved beside checkpoints as ema_STEP.bin, a model like theirs. The decay of step t is at \
      most (1 + t) / (10 + t). --keep-best and --patience go by the weights themselves. Off if not given.
      """)
  var emaDecay: Float?

  @Option(
    name: [.long, .llmc("sl")],
    help: "Leave out updates whose loss is so many standard deviations above the last 128. 0 for none.")
  var skipLossOutliers: Float = 0

  @Option(name: [.long, .llmc("sg")], help: "The same for the gradients' norm.")
  var skipGradientOutliers: Float = 0

  func validate() throws {
    try learningRate.check("--learning-rate", atLeast: 0)
    try warmUpSteps.check("--warm-up-steps", from: 0, to: TrainingPlan.possibleSteps.upperBound)
    try finalLearningRate.check("--final-learning-rate", atLeast: 0)
    try weightDecay.check("--weight-decay", atLeast: 0)
    try clip.check("--clip", atLeast: 0)
    try skipLossOutliers.check("--skip-loss-outliers", atLeast: 0)
    try skipGradientOutliers.check("--skip-gradient-outliers", atLeast: 0)
    for (option, value) in [
      ("--beta1", beta1), ("--beta2", beta2), ("--momentum", momentum ?? 0), ("--ema-decay", emaDecay ?? 0),
    ]
    where !(0..<1).contains(value) {
      throw ValidationError("\(option) is \(value), expected a number from 0 to less than 1.")
    }
  }

  func checkTogether() throws {
    guard momentum == nil || optimizer != .adamW else {
      throw ValidationError("--momentum needs --optimizer muon or normuon.")
    }
  }

  var settings: Optimizer.Settings {
    Optimizer.Settings(
      method: optimizer, beta1: beta1, beta2: beta2, momentum: momentum ?? 0.95, weightDecay: weightDecay,
      maximumGradientNorm: clip == 0 ? nil : clip)
  }

  var outliers: OutlierLimits {
    OutlierLimits(
      loss: skipLossOutliers == 0 ? nil : Double(skipLossOutliers),
      gradientNorm: skipGradientOutliers == 0 ? nil : Double(skipGradientOutliers))
  }

  func schedule(steps: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      shape: schedule, peak: learningRate, warmUpSteps: warmUpSteps, steps: steps,
      finalFraction: finalLearningRate)
  }
}

extension Optimizer.Method: ExpressibleByArgument {}

extension Recomputation: ExpressibleByArgument {}

extension LearningRateSchedule.Shape: ExpressibleByArgument {
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
