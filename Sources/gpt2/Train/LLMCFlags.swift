import ArgumentParser

/// The flags of llm.c's train_gpt2.cu that say yes or no with 1 and 0, and those that mean nothing on a CPU.
struct LLMCFlags: ParsableArguments {
  /// llm.c's 0 and 1.
  enum Switch: Int, ExpressibleByArgument, CaseIterable {
    case off = 0
    case on = 1
  }

  @Option(name: .customShort("y"), help: "1: the same as --resume.")
  var resume: Switch?

  @Option(name: .customShort("a"), help: "1: the same as --overfit-batch.")
  var overfit: Switch?

  @Option(
    name: .customShort("h"),
    help: "1: the same as --hellaswag \(Self.hellaswagPath), if that is there.")
  var hellaswag: Switch?

  @Option(
    name: .customShort("w"),
    help: "1: put the weights into state files, too. llm.c's own program needs it to go on, unless told -w 0."
  )
  var masterWeights: Switch?

  @Option(name: [.llmc("lg")], parsing: .unconditional, help: "Accepted; there is no GPU to log.")
  var logGPU: String?

  @Option(name: .customShort("f"), help: "Accepted; there is no TF32 on a CPU.")
  var tf32: String?

  @Option(name: [.llmc("ge")], parsing: .unconditional, help: "Accepted; GELU is always fused here.")
  var geluFusion: String?

  @Option(name: [.llmc("pn")], help: "Accepted if 1: there is one process.")
  var processes: Int?

  @Option(name: [.llmc("pr")], help: "Accepted if 0.")
  var rank: Int?

  @Option(name: [.llmc("pg")], help: "Accepted; there is no GPU.")
  var gpusPerNode: String?

  @Option(name: [.llmc("pi"), .llmc("pm")], help: "Accepted; there is one process.")
  var initMethod: String?

  @Option(name: [.llmc("ps")], parsing: .unconditional, help: "Accepted; there is one process.")
  var serverAddress: String?

  @Option(name: [.llmc("pf"), .llmc("pp")], help: "Accepted; there is one process.")
  var sharedPath: String?

  /// Where llm.c's script puts it.
  static let hellaswagPath = "dev/data/hellaswag/hellaswag_val.bin"

  func validate() throws {
    // With other numbers the batches and so the results would be others.
    guard processes ?? 1 == 1, rank ?? 0 == 0 else {
      throw ValidationError(
        "-pn and -pr are for several processes; this program trains in one, so -pn 1 -pr 0.")
    }
  }

  /// A line for each flag that was given and has no effect.
  var notes: [String] {
    let flags: [(String, Any?, String)] = [
      ("-lg", logGPU, "there is no GPU to log"), ("-f", tf32, "there is no TF32 on a CPU; see --precision"),
      ("-ge", geluFusion, "GELU is always fused here"),
      ("-pn", processes, "there is one process"), ("-pr", rank, "there is one process"),
      ("-pg", gpusPerNode, "there is no GPU"), ("-pi", initMethod, "there is one process"),
      ("-ps", serverAddress, "there is one process"), ("-pf", sharedPath, "there is one process"),
    ]
    return flags.filter { $0.1 != nil }.map { "\($0.0) has no effect: \($0.2)" }
  }
}
