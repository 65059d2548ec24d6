import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer

/// A run that there is not the memory for. The system would grant the memory and end the run, or another
/// program, when it is used.
struct MemoryShortage: Error, CustomStringConvertible {
  /// In bytes.
  let needed: Int
  let available: Int
  /// What the memory is for.
  let purpose: String
  /// What to do about it.
  let advice: String

  var description: String {
    "not enough memory: found \(Numbers.bytes(available)) available, expected \(Numbers.bytes(needed)) "
      + "for \(purpose); \(advice)"
  }

  /// - Throws: `MemoryShortage` if a benchmark takes more than is available.
  static func check(benchmark bytes: Int) throws(MemoryShortage) {
    guard let available = AvailableMemory.bytes, bytes > available else { return }
    throw MemoryShortage(
      needed: bytes, available: available, purpose: "this benchmark",
      advice: "use a smaller model, a smaller batch or less --memory")
  }

  /// - Throws: `MemoryShortage` if such a run takes more than is available; with the least change that helps.
  ///
  /// - Parameter processes: Those that share the run; what one of them needs is held against the memory.
  static func check(
    _ plan: TrainingPlan, for configuration: Configuration, processes: Int
  ) throws(MemoryShortage) {
    let needed = plan.memory(for: configuration, processes: processes)
    guard let available = AvailableMemory.bytes, needed.total > available else { return }
    var advice = "use a smaller model"
    // What is available changes from one moment to the next, so advice leaves a little.
    if let other = plan.fitting(available - available / 32, for: configuration) {
      let bytes = Numbers.bytes(other.memory(for: configuration).total)
      advice = "\(options(of: other, unlike: plan)) needs \(bytes)"
    }
    throw MemoryShortage(
      needed: needed.total, available: available, purpose: needed.parts, advice: advice)
  }

  private static func options(of plan: TrainingPlan, unlike other: TrainingPlan) -> String {
    [
      ("--recompute", plan.recomputing.rawValue, other.recomputing.rawValue),
      ("--batch-size", plan.batchSize, other.batchSize),
      ("--sequence-length", plan.sequenceLength, other.sequenceLength),
    ].filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }
}

extension MemoryPlan {
  /// "weights 475 MiB, gradients 475 MiB, …"
  var parts: String {
    let rare = [("outer step", outer), ("average", average)].filter { $0.1 > 0 }
    let parts =
      [("weights", weights), ("gradients", gradients), ("moments", moments)] + rare
      + [("activations", activations), ("scratch", scratch), ("program", program)]
    return parts.map { "\($0.0) \(Numbers.bytes($0.1))" }.joined(separator: ", ")
  }
}
