import GPT2Kernels
import GPT2Platform
import GPT2Terminal
import GPT2TrainingCore

// What must be the same in all processes that share a run.
extension TrainingSetup {
  /// Numbers that tell it apart, by what it is.
  var digests: [(name: String, value: UInt64)] {
    [
      ("a version", Self.digest(Release.version)), ("kernels", Self.digest("\(workers.kernels)")),
      ("a number of threads", UInt64(workers.count)),
      ("a precision of gradients", Self.digest(plan.exchange.precision.rawValue)),
      ("options", Self.digest(System.arguments.dropFirst().joined(separator: "\0"))),
      (
        "a plan of the run",
        Self.digest(options.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "\0"))
      ),
      ("a checkpoint to go on from", UInt64(startStep)), ("data", Checksum.of(dataSignature)),
    ]
  }

  private static func digest(_ text: String) -> UInt64 { Checksum.of(text.utf8.map { UInt64($0) }) }
}
