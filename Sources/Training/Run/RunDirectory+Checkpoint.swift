import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Transformer

extension RunDirectory {
  /// Writes a checkpoint of where `trainer` stands. A kill at any moment leaves it whole or not there, and all
  /// others as they were.
  ///
  /// - Parameters:
  ///   - copyingWeights: Whether the state file gets the weights, too: see `TrainingStateFile.write`.
  ///   - replaced: Checkpoints of another run, which this one replaces.
  /// - Throws: `FileError` if it cannot be written; what there is of it is removed then.
  func save(_ trainer: Trainer, copyingWeights: Bool, replacing replaced: [Int] = []) throws(FileError) {
    try trainer.states.attempt { () throws(FileError) in
      try write(trainer, copyingWeights: copyingWeights, replacing: replaced)
    }
  }

  private func write(_ trainer: Trainer, copyingWeights: Bool, replacing replaced: [Int]) throws(FileError) {
    let step = trainer.stepsMade
    let mayReplace = use != .new
    let takesOver = replaced.contains(step)
    if takesOver {
      try setAside(step)
    } else {
      // From here on the one of that step, if there was one, is not whole any more.
      place(done(step)).unlink()
    }
    do throws(FileError) {
      let record = try writeFiles(of: trainer, weights: copyingWeights ? trainer.model.parameters : nil)
      // Theirs of that step goes with this one's mark; the others stay until then, too.
      try remember(replaced: replaced.filter { $0 != step })
      try record.write(to: done(step), in: folder, replacing: mayReplace)
    } catch {
      // What was there before we came is not ours to remove.
      if error.cause != .alreadyExists { remove(step) }
      // What cannot have its names again now has them when the run goes on.
      if takesOver { try? restore(step) }
      throw error
    }
    if takesOver { try removeSetAside(step) }
  }

  /// Remembers which checkpoints are another run's, so that nobody takes them for the plan's run's.
  func remember(replaced: [Int]) throws(FileError) {
    try remember(replaced.isEmpty ? nil : replaced, as: \.replaced)
  }

  /// Remembers which checkpoints were made by time, so that whoever goes on knows that they are not to stay.
  func remember(timed: [Int]) throws(FileError) { try remember(timed.isEmpty ? nil : timed, as: \.timed) }

  private func remember<Value: Equatable>(
    _ value: Value?, as property: WritableKeyPath<RunPlan, Value?>
  ) throws(FileError) {
    guard place(plan).exists else { return }
    var plan = try RunPlan(contentsOf: self.plan, in: folder)
    guard plan[keyPath: property] != value else { return }
    plan[keyPath: property] = value
    try plan.write(to: self.plan, in: folder)
  }

  /// Writes the model of the lowest validation loss, and removes those before it.
  ///
  /// - Throws: `FileError` if the system refuses a step.
  func saveBest(_ model: Model, _ step: Int) throws(FileError) {
    // Whatever ends the run meanwhile: a checksum of what had the name before is not held against it.
    try remember(nil, as: \.best)
    let checksum = try model.write(to: best(step), in: folder, replacing: true)
    try remember(RunPlan.Best(step: step, checksum: "\(checksum)"), as: \.best)
    for old in try bestSteps() where old != step { place(best(old)).unlink() }
  }

  /// All files of a checkpoint but the one that says that it is whole.
  ///
  /// - Returns: What that is to say of them.
  private func writeFiles(of trainer: Trainer, weights: Parameters?) throws(FileError) -> CheckpointRecord {
    let (model, step, mayReplace) = (trainer.model, trainer.stepsMade, use != .new)
    var record = CheckpointRecord()
    record.add(
      RunFileName(model.adapters == nil ? .model : .adapters, step),
      try model.write(to: result(of: model, step), in: folder, replacing: mayReplace))
    if model.adapters != nil, trainer.plan.trained != .none {
      record.add(
        RunFileName(.model, step),
        try Checkpoint.write(model.parameters, to: self.model(step), in: folder, replacing: mayReplace))
    }
    try writeStates(of: trainer, weights: weights, in: &record)
    if let average = trainer.average {
      record.add(
        RunFileName(.average, step),
        try average.write(to: self.average(step), in: folder, replacing: mayReplace))
    } else if mayReplace {
      // Of a run that kept one, and made that step before.
      place(self.average(step)).unlink()
    }
    record.add(
      RunFileName(.progress, step),
      try trainer.progress.write(to: progress(step), in: folder, replacing: mayReplace))
    return record
  }

  /// The state files of all replicas, and what they have in common if they train apart.
  private func writeStates(
    of trainer: Trainer, weights: Parameters?, in record: inout CheckpointRecord
  ) throws(FileError) {
    let step = trainer.stepsMade
    let mayReplace = use != .new
    let outer = trainer.outer
    for replica in 0..<max(1, trainer.plan.replicas) {
      let path = state(step, replica: replica)
      let checksum =
        replica == 0 || outer != nil
        ? try TrainingStateFile.write(
          trainer.state, of: trainer.optimizer, isOwn: outer != nil, replica: replica,
          gatheredBy: trainer.states, weights: weights, to: path, in: folder, replacing: mayReplace)
        : try TrainingStateFile.write(
          trainer.state, replica: replica, to: path, in: folder, replacing: mayReplace)
      record.add(RunFileName(.state(rank: replica), step), checksum)
    }
    if let outer {
      record.add(
        RunFileName(.outer, step),
        try OuterStateFile.write(
          outer.velocity, step: step, to: self.outer(step), in: folder, replacing: mayReplace,
          on: trainer.model.workers))
    }
  }

  /// Where the checkpoint's model is, or its adapters, if it is they that are trained.
  package func result(of model: Model, _ step: Int) -> String {
    model.adapters == nil ? self.model(step) : adapters(step)
  }

  /// The same of a checkpoint that is there, whatever its model.
  func savedResult(_ step: Int) -> String { place(adapters(step)).exists ? adapters(step) : model(step) }

  /// Puts a checkpoint's moments and all else into a trainer that has its weights.
  ///
  /// - Parameter beginningData: Whether the trainer's data are not the checkpoint's, and begin at their beginning.
  /// - Returns: Whether its files have checksums, which all held. Those of llm.c and of earlier versions have none.
  /// - Throws: `FileError` if a file of it is missing or damaged, or does not belong to the trainer's data.
  @discardableResult
  package func load(_ step: Int, into trainer: Trainer, beginningData: Bool = false) throws -> Bool {
    let isChecked = try checkFiles(of: step, readBy: trainer)
    let progressPath = progress(step)
    let isLLMC = !place(progressPath).exists
    let progress = isLLMC ? TrainingProgress() : try TrainingProgress(contentsOf: progressPath, step: step)
    let state = try TrainingStateFile.read(
      state(step), others: { self.state(step, replica: $0) }, into: trainer.optimizer,
      ownOf: trainer.ownReplica, and: trainer.model.parameters)
    guard state.step == step else {
      throw FileError(
        self.state(step),
        .invalidField(name: "step", found: state.step, expected: "\(step), as in its name"))
    }
    if let outer = trainer.outer {
      try OuterStateFile.read(
        self.outer(step), step: step, into: outer.velocity, on: trainer.model.workers)
    }
    try trainer.resume(from: state, progress: progress, beginningData: beginningData)
    guard let average = trainer.average, trainer.progress.averagedSince != step else { return isChecked }
    try average.read(self.average(step))
    return isChecked
  }

  /// Removes the checkpoints that a policy no longer keeps once there is that of `step`.
  ///
  /// - Throws: `FileError` if the directory cannot be read.
  func removeSuperseded(by policy: CheckpointPolicy, at step: Int, localSteps: Int) throws(FileError) {
    for old in policy.superseded(try checkpoints(), at: step, localSteps: localSteps) { remove(old) }
  }

  /// Removes a checkpoint: first what says that it is whole.
  func remove(_ step: Int) {
    for path in [done(step), model(step), adapters(step), outer(step), average(step), progress(step)] {
      place(path).unlink()
    }
    // As many as there are, which may be of a run of other replicas.
    var replica = 0
    while place(state(step, replica: replica)).unlink() { replica += 1 }
  }
}

extension Model {
  /// Writes what of it training changes: its adapters, or if it has none its parameters.
  ///
  /// - Returns: The file's checksum.
  @discardableResult
  func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) -> FileChecksum
  {
    guard let adapters else {
      return try Checkpoint.write(parameters, to: path, in: folder, replacing: replacing)
    }
    return try AdapterFile.write(adapters, for: self, to: path, in: folder, replacing: replacing)
  }
}
