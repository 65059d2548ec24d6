import GPT2BinaryFiles
import GPT2Communication
import GPT2Platform
import GPT2Transformer

/// A trainer at work in its run directory: it logs what happens and saves what is learnt, so that a run which is
/// ended at any moment, by anything, can go on from its last checkpoint as if it had never stopped.
package final class TrainingRun {
  package let trainer: Trainer
  package let directory: RunDirectory
  package let policy: CheckpointPolicy

  /// The step of the last whole checkpoint, of this run; `nil` before the first.
  package private(set) var lastSaved: Int?

  /// Names of files that a kill had left in the directory, of checkpoints that were not whole any more or not yet.
  package let removedLeftovers: [String]

  /// Last records of logs that were cut off, since a kill or a full disk had left no end of them: a line for each.
  package var cutRecords: [String] { log?.cuts ?? [] }

  /// What of the run's end could not be written to its logs: nothing comes later that would show it.
  package private(set) var logFailures: [FileError] = []

  /// `nil` in a process that another one writes for.
  private let log: RunLog?
  /// Of a run that this one replaces: removed once there is something better.
  private var replaced: [Int]
  private let firstStep: Int
  /// Steps of checkpoints that were made by time, to be removed once there is a later one.
  private var timed: [Int] = []
  /// When there was the last checkpoint, or a try.
  private var lastTime = ContinuousClock.now

  /// Begins, or goes on with, the logs. The caller holds the directory's `RunLock`.
  ///
  /// - Parameters:
  ///   - trainer: At its beginning, or as a checkpoint of this directory left it.
  ///   - opening: The first records of this part of the run.
  ///   - writes: Whether this process writes for all that share the run; the others make the same steps.
  /// - Throws: `FileError` if the directory takes no files.
  package init(
    _ trainer: Trainer, in directory: RunDirectory, policy: CheckpointPolicy, opening: [RunRecord],
    writes: Bool = true
  ) throws(FileError) {
    self.trainer = trainer
    self.directory = directory
    self.policy = policy
    firstStep = trainer.stepsMade
    lastSaved = firstStep > 0 ? firstStep : nil
    if writes { try directory.endSettingAside() }
    replaced = try directory.replacedCheckpoints()
    guard writes else {
      (log, removedLeftovers) = (nil, [])
      return
    }
    try directory.removePartialFiles()
    // A kill may have come after a checkpoint, and before those were gone that it supersedes.
    if firstStep > 0 {
      try directory.removeSuperseded(by: policy, at: firstStep, localSteps: trainer.plan.localSteps)
    }
    if directory.use == .resuming, directory.place(directory.plan).exists {
      let known = try RunPlan(contentsOf: directory.plan, in: directory.folder).timed ?? []
      for old in known where old < firstStep { directory.remove(old) }
      if known.contains(firstStep) { timed = [firstStep] }
    }
    // Or while they went. In a directory that has seen no run of ours yet, files of these names are somebody else's.
    let isKnown = firstStep > 0 || directory.place(directory.plan).exists
    removedLeftovers =
      directory.use == .resuming && isKnown
      ? try directory.removeLeftovers(keepingBests: !replaced.isEmpty) : []
    let log = try RunLog(directory, keeping: try !directory.holdsReplaced() && directory.use == .resuming)
    for record in opening {
      if let failure = log.add(record).first { throw failure }
    }
    self.log = log
  }

  /// Makes the trainer's steps; see `Trainer.run`. After it, however it ends, comes `finish`.
  package func run(
    isInterrupted: () -> Bool = { false }, observing observe: (TrainingEvent) throws -> Void
  ) throws {
    try trainer.run(isInterrupted: isInterrupted) { event in
      try report(event, to: observe)
      switch event {
      case .step(let report):
        let (step, plan) = (report.step, trainer.plan)
        guard plan.isExchange(at: step) else { return }
        let isDue = step == plan.steps || policy.isDue(at: step, localSteps: plan.localSteps)
        guard try isDue || isTime() else { return }
        try save(isTimed: !isDue, observe)
      case .validation(let step, _, _, true):
        if policy.keepsBest && step > 0 { try saveBest(observe) }
      default: return
      }
    }
  }

  /// Saves what has been learnt since the last checkpoint: here, or if the directory takes no more, elsewhere. Then
  /// `logFailures` are known.
  ///
  /// - Parameter reason: Why the run ended, for its log.
  /// - Returns: Where it is and why it is not in the run's directory, if it had to go elsewhere.
  /// - Throws: `FileError` if it can be saved nowhere.
  package func finish(
    _ reason: String, observing observe: (TrainingEvent) throws -> Void
  ) throws -> (path: String, problem: FileError)? {
    let step = trainer.stepsMade
    var refuge: (path: String, problem: FileError)?
    // What others keep, a share of an update, and steps of one's own cannot be saved without them.
    let isWhole =
      !(trainer.isCutOff && trainer.states.isNeeded)
      && (step == firstStep || trainer.plan.isExchange(at: step))
    if isWhole, log == nil { trainer.states.serve() }
    defer { if isWhole, log != nil { trainer.states.end() } }
    if isWhole, step > firstStep, lastSaved != step, log != nil {
      do throws(FileError) {
        try saveWhole()
        // A try at this step may have failed, which would have removed them.
        try? directory.removeSuperseded(by: policy, at: step, localSteps: trainer.plan.localSteps)
        let event = TrainingEvent.checkpoint(
          step: step, path: directory.result(of: trainer.model, step), reason: .end)
        logFailures += RunRecord(event).map { log?.add($0) ?? [] } ?? []
        try? observe(event)
      } catch {
        refuge = (try rescue(because: error), error)
      }
    }
    // What the run ends with is not to go.
    if log != nil, timed.contains(step) {
      timed = []
      try? directory.remember(timed: [])
    }
    var record = RunRecord(.end, step: step)
    record.reason = reason
    record.time = System.timestamp
    logFailures += log?.add(record) ?? []
    logFailures += log?.sync() ?? []
    return refuge
  }

  /// Whether the last checkpoint is too long ago, by the clock of the process that writes.
  private func isTime() throws -> Bool {
    guard let wait = policy.longestWait else { return false }
    return try trainer.communicator.any(log != nil && ContinuousClock.now - lastTime >= wait)
  }

  private func save(isTimed: Bool, _ observe: (TrainingEvent) throws -> Void) throws {
    let step = trainer.stepsMade
    guard log != nil else {
      trainer.states.serve()
      if let failure = trainer.states.failure { throw failure }
      lastSaved = step
      return
    }
    do throws(FileError) {
      defer { trainer.states.end() }
      try saveWhole(isTimed: isTimed)
      try directory.removeSuperseded(by: policy, at: step, localSteps: trainer.plan.localSteps)
    } catch {
      if let failure = trainer.states.failure { throw failure }
      return try observe(.problem(error))
    }
    if let failure = trainer.states.failure { throw failure }
    let isMajor = policy.isMajor(step, localSteps: trainer.plan.localSteps)
    try report(
      .checkpoint(
        step: step, path: directory.result(of: trainer.model, step),
        reason: isTimed ? .timed : isMajor ? .major : .regular),
      to: observe)
  }

  private func saveWhole(isTimed: Bool = false) throws(FileError) {
    let step = trainer.stepsMade
    lastTime = .now
    if isTimed { try directory.remember(timed: timed + [step]) }
    try directory.save(trainer, copyingWeights: policy.copiesWeights, replacing: replaced)
    lastSaved = step
    for old in timed where old != step { directory.remove(old) }
    if isTimed || !timed.isEmpty {
      timed = isTimed ? [step] : []
      try directory.remember(timed: timed)
    }
    guard !replaced.isEmpty else { return }
    for old in replaced where old != step { directory.remove(old) }
    let ownBest = policy.keepsBest ? trainer.progress.best?.step : nil
    for best in try directory.bestSteps() where best != ownBest {
      directory.place(directory.best(best)).unlink()
    }
    replaced = []
    try directory.remember(replaced: replaced)
  }

  private func saveBest(_ observe: (TrainingEvent) throws -> Void) throws {
    guard log != nil else { return }
    let step = trainer.stepsMade
    do throws(FileError) {
      try directory.saveBest(trainer.model, step)
    } catch {
      return try observe(.problem(error))
    }
    try report(.checkpoint(step: step, path: directory.best(step), reason: .best), to: observe)
  }

  private func report(_ event: TrainingEvent, to observe: (TrainingEvent) throws -> Void) throws {
    if let record = RunRecord(event) {
      for failure in log?.add(record) ?? [] { try observe(.problem(failure)) }
    }
    try observe(event)
  }

  /// The whole checkpoint in a new directory for temporary files; if that does not fit, either, the weights alone,
  /// here or there.
  private func rescue(because problem: FileError) throws(FileError) -> String {
    // A name that nobody has.
    let letters = String(UInt32.random(in: 0 ... .max), radix: 36)
    let refuge = RunDirectory(System.temporaryDirectory + "/gpt2-run-" + letters)
    let step = trainer.stepsMade
    do throws(FileError) {
      try refuge.create()
      try refuge.save(trainer, copyingWeights: policy.copiesWeights)
      refuge.takeOver(from: directory)
      return refuge.result(of: trainer.model, step)
    } catch {}
    let name = (trainer.model.adapters == nil ? "model" : "adapters") + "_\(step)-\(letters).bin"
    for place in [directory, refuge] {
      do throws(FileError) {
        try trainer.model.write(to: place.path + "/" + name, in: place.folder, replacing: false)
        refuge.removeIfEmpty()
        return place.path + "/" + name
      } catch {}
    }
    refuge.removeIfEmpty()
    throw problem
  }
}
