import ArgumentParser
import GPT2Terminal

extension TrainCommand {
  /// Checks all options with each other, those of the plan included if a run goes on.
  func checkTogether() throws {
    guard givenModel != nil else { throw ValidationError("Missing expected argument '--model <model>'.") }
    try instructions.checkTogether()
    try batches.checkTogether()
    try optimizer.checkTogether()
    try watching.checkTogether()
    try trained.checkTogether()
    try processes.checkTogether()
    for (name, isGiven) in [
      ("--sequence-warm-up-steps", batches.sequenceWarmUpSteps > 0),
      ("--align-documents", batches.alignDocuments),
    ] where isGiven && instructions.file != nil {
      throw ValidationError("\(name) is for --data: rows of --instructions are examples, which stay whole.")
    }
    guard batches.batchWarmUpSteps == 0 || !isOverfitting else {
      throw ValidationError("--batch-warm-up-steps and --overfit-batch exclude each other.")
    }
    if optimizer.emaDecay != nil {
      for (name, isGiven, reason) in [
        ("--lora-rank", trained.loraRank != nil, "the average is one of a whole model"),
        (
          "--local-steps", processes.localSteps != nil, "processes that train apart have weights of their own"
        ),
      ] where isGiven {
        throw ValidationError("--ema-decay and \(name) exclude each other: \(reason).")
      }
    }
    guard (data == nil) != (instructions.file == nil) else {
      throw ValidationError(
        data == nil
          ? "Nothing to learn from: give --data or --instructions."
          : "--data and --instructions exclude each other.")
    }
    if instructions.file == nil {
      _ = try batches.accumulation(
        sequenceLength: batches.sequenceLength ?? BatchOptions.usualSequenceLength,
        replicas: processes.replicas ?? 1)
    }
    if instructions.holdOut != nil && validation != nil {
      throw ValidationError("--hold-out and --validation exclude each other.")
    }
  }
}
