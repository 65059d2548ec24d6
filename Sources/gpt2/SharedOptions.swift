import ArgumentParser
import GPT2Kernels

struct PrecisionOptions: ParsableArguments {
  @Option(
    help: """
      What the inputs of matrix products are rounded to; bf16 is faster, everything else stays fp32.
      """)
  var precision: Precision = .fp32
}

extension Precision: ExpressibleByArgument {}
