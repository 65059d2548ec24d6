import GPT2BinaryFiles
import GPT2Platform
import GPT2Transformer

extension RunDirectory {
  /// Says before the work whether there is room for a checkpoint, so that nobody finds out after it.
  ///
  /// - Parameter keepsBase: Whether the run keeps the model below its adapters, too.
  /// - Throws: `FileError` if there is less room than one checkpoint takes.
  package func checkSpace(
    for plan: TrainingPlan, of configuration: Configuration, policy: CheckpointPolicy, keepsBase: Bool = false
  ) throws(FileError) {
    let memory = plan.memory(for: configuration)
    // Adapters are as large as their gradients.
    let result = plan.trained == .none ? memory.gradients : memory.weights
    let needed =
      (CheckedCount(memory.moments) * (plan.outer == nil ? 1 : plan.replicas) + memory.outer / 2
      + memory.average + (keepsBase ? memory.weights : 0)
      + CheckedCount(result) * (policy.keepsBest ? 2 : 1)
      + CheckedCount(policy.copiesWeights ? memory.weights : 0) * (plan.outer == nil ? 1 : plan.replicas))
      .value
    guard let needed, let available = availableBytes, available < needed else { return }
    throw FileError(
      path,
      .mismatch(
        found: "\(available >> 20) MiB free on its disk",
        expected: "\((needed - 1) >> 20 + 1) MiB for one checkpoint: what is trained, and its moments",
        advice: "make room, or name an --output on another disk"))
  }

  /// Of the directory, or the nearest one above it that exists; `nil` if the system does not say.
  private var availableBytes: Int? {
    var place = path
    while true {
      if let bytes = System.freeSpace(at: place) { return bytes }
      guard errno == ENOENT, place != "." else { return nil }
      place = Folder.withoutSlash(Folder.containing(place))
    }
  }
}
