import ArgumentParser
import GPT2Kernels
import GPT2Terminal
import GPT2TrainingCore

/// How a run is shared by the processes that mpirun starts.
struct ProcessOptions: ParsableArguments {
  @Option(
    help: """
      Shares of an update, which are summed in an order that no number of processes changes: a run of 8 replicas has \
      the same bits on 1, 2, 4 or 8 processes, and may go on with another number. As many as processes if not given.
      """)
  var replicas: Int?

  @Option(
    help: "Seconds without an answer after which another process counts as gone, and the job ends.")
  var processTimeout = 120

  @Option(
    help: """
      What the sums of replicas' gradients are rounded to: fp32, or bf16, which sends half the bytes. Either has the \
      same bits on any number of processes.
      """)
  var gradientPrecision = Precision.fp32

  @Flag(
    inversion: .prefixedNo,
    help: """
      Exchange the gradients of the last layers while those of the others are computed. The results are the same bits.
      """)
  var overlap = true

  @Option(
    name: [.customShort("z"), .long],
    help: """
      1: each process keeps the optimizer's state of a share of the weights alone, and updates that (ZeRO's first \
      stage): less memory, the same bits.
      """)
  var zeroStage = 0

  @Option(
    help: """
      Each process makes so many steps with weights and an optimizer of its own; then one outer step takes all to the \
      same weights (DiLoCo, and with Muon MuLoCo), for machines that slow lines join: in between 8 bytes a step travel, \
      and with --gradient-precision bf16 half the bytes at an exchange. What is due between exchanges (validation, \
      samples, checkpoints, an end by a signal) waits for the next. The run has as many replicas as processes, to its end.
      """)
  var localSteps: Int?

  @Option(
    help: "The outer step's rate, with --local-steps: 1 takes the mean of the weights; 0.7 if not given.")
  var outerLearningRate: Float?

  @Option(help: "The outer step's Nesterov momentum, with --local-steps; 0.9 if not given.")
  var outerMomentum: Float?

  /// How processes train apart, if they do.
  var outer: OuterSettings? {
    localSteps.map { steps in
      var outer = OuterSettings(localSteps: steps)
      if let outerLearningRate { outer.learningRate = outerLearningRate }
      if let outerMomentum { outer.momentum = outerMomentum }
      return outer
    }
  }

  var exchange: ExchangeSettings { ExchangeSettings(precision: gradientPrecision, overlaps: overlap) }

  func validate() throws {
    try replicas?.check("--replicas", from: 1, to: 4096)
    try zeroStage.check("--zero-stage", from: 0, to: 1)
    try processTimeout.check("--process-timeout", from: 1, to: 86_400)
    try localSteps?.check("--local-steps", from: 1, to: 1_000_000)
    try outerLearningRate?.check("--outer-learning-rate", in: 0.0...10.0)
    try outerMomentum?.check("--outer-momentum", in: 0.0...1.0)
  }

  /// Checks these options with each other.
  func checkTogether() throws {
    guard localSteps != nil else {
      for (name, value) in [
        ("--outer-learning-rate", outerLearningRate), ("--outer-momentum", outerMomentum),
      ] where value != nil {
        throw ValidationError("\(name) is for --local-steps, which is not given.")
      }
      return
    }
    guard zeroStage == 0 else {
      throw ValidationError(
        "--local-steps and -z 1 exclude each other: a process that trains by itself needs a whole optimizer.")
    }
  }
}
