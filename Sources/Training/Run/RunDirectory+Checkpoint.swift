import BinaryFiles
import ModelFiles
import Platform
import Transformer

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
    // From here on the one of that step, if there was one, is not whole any more.
    place(done(step)).unlink()
    do throws(FileError) {
      let model = trainer.model
      try model.write(to: result(of: model, step), in: folder, replacing: mayReplace)
      if model.adapters != nil, trainer.plan.trained != .none {
        try Checkpoint.write(model.parameters, to: self.model(step), in: folder, replacing: mayReplace)
      }
      try writeStates(of: trainer, weights: copyingWeights ? model.parameters : nil)
      if let average = trainer.average {
        try average.write(to: self.average(step), in: folder, replacing: mayReplace)
      } else if mayReplace {
        // Of a run that kept one, and made that step before.
        place(self.average(step)).unlink()
      }
      try trainer.progress.write(to: progress(step), in: folder, replacing: mayReplace)
      // Theirs of that step is gone; the others stay until this one is whole.
      try remember(replaced: replaced.filter { $0 != step })
      try FileWriter.write(to: done(step), in: folder, replacing: mayReplace) { _ in }
    } catch {
      // What was there before we came is not ours to remove.
      if error.cause != .alreadyExists { remove(step) }
      throw error
    }
  }

  /// Remembers which checkpoints are another run's, so that nobody takes them for the plan's run's.
  func remember(replaced: [Int]) throws(FileError) {
    guard place(plan).exists else { return }
    var plan = try RunPlan(contentsOf: self.plan, in: folder)
    guard plan.replaced ?? [] != replaced else { return }
    plan.replaced = replaced.isEmpty ? nil : replaced
    try plan.write(to: self.plan, in: folder)
  }

  /// The state files of all replicas, and what they have in common if they train apart.
  private func writeStates(of trainer: Trainer, weights: Parameters?) throws(FileError) {
    let step = trainer.stepsMade
    let mayReplace = use != .new
    let outer = trainer.outer
    for replica in 0..<max(1, trainer.plan.replicas) {
      let path = state(step, replica: replica)
      if replica == 0 || outer != nil {
        try TrainingStateFile.write(
          trainer.state, of: trainer.optimizer, isOwn: outer != nil, replica: replica,
          gatheredBy: trainer.states, weights: weights, to: path, in: folder,
          replacing: mayReplace)
      } else {
        try TrainingStateFile.write(
          trainer.state, replica: replica, to: path, in: folder, replacing: mayReplace)
      }
    }
    if let outer {
      try OuterStateFile.write(
        outer.velocity, step: step, to: self.outer(step), in: folder, replacing: mayReplace,
        on: trainer.model.workers)
    }
  }

  /// Where the checkpoint's model is, or its adapters, if it is they that are trained.
  public func result(of model: Model, _ step: Int) -> String {
    model.adapters == nil ? self.model(step) : adapters(step)
  }

  /// Puts a checkpoint's moments and all else into a trainer that has its weights.
  ///
  /// - Parameter beginningData: Whether the trainer's data are not the checkpoint's, and begin at their beginning.
  /// - Throws: `FileError` if a file of it is missing or damaged, or does not belong to the trainer's data.
  public func load(_ step: Int, into trainer: Trainer, beginningData: Bool = false) throws {
    let progressPath = progress(step)
    let isLLMC = !place(progressPath).exists
    let progress = isLLMC ? TrainingProgress() : try TrainingProgress(contentsOf: progressPath)
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
    guard let average = trainer.average, trainer.progress.averagedSince != step else { return }
    try average.read(self.average(step))
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
  func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    if let adapters {
      try AdapterFile.write(adapters, for: self, to: path, in: folder, replacing: replacing)
    } else {
      try Checkpoint.write(parameters, to: path, in: folder, replacing: replacing)
    }
  }
}

extension TrainingProgress {
  func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    // Finite numbers always encode.
    let bytes = (try? JSONCoding.indented(self)).map { Array($0.utf8) } ?? []
    try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(bytes)
    }
  }

  init(contentsOf path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    let progress = withExtendedLifetime(file) {
      try? JSONCoding.value(TrainingProgress.self, from: file.bytes)
    }
    guard let progress else {
      throw FileError(
        path,
        .mismatch(
          found: "something else", expected: "a run's progress as JSON",
          advice: "remove it to go on without what it remembers: outliers and the best validation loss"))
    }
    self = progress
  }
}
