import ArgumentParser
import Kernels
import Terminal
import Training

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

  var exchange: ExchangeSettings { ExchangeSettings(precision: gradientPrecision, overlaps: overlap) }

  func validate() throws {
    try replicas?.check("--replicas", from: 1, to: 4096)
    try zeroStage.check("--zero-stage", from: 0, to: 1)
    try processTimeout.check("--process-timeout", from: 1, to: 86_400)
  }
}
