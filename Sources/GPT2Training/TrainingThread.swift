import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

/// What the thread of a session does: all that is large and slow.
struct TrainingThread {
  private let session: TrainingSession
  private let queue: EventQueue
  private let workers: Workers

  /// - Throws: `KernelSetError`.
  init(_ session: TrainingSession, _ queue: EventQueue) throws {
    self.session = session
    self.queue = queue
    workers = Workers(count: session.threads, kernels: try KernelSet.fromEnvironment())
  }

  private var plan: TrainingPlan { session.plan }

  /// Trains until the plan's end or until the reader wants no more.
  ///
  /// - Parameter keep: Told of the model once nobody changes it any more.
  /// - Throws: What ended training too early; `CancellationError` if the reader's task was cancelled.
  func train(_ keep: (Model) -> Void) throws {
    if let directory = session.directory {
      try train(in: directory, keep)
    } else {
      let trainer = try trainer(of: try model(from: nil))
      defer { keep(trainer.model) }
      try MappedFile.checkAll()
      try trainer.run(isInterrupted: { queue.whyStopped != nil }, observing: queue.write)
    }
    if queue.whyStopped == .cancelled { throw CancellationError() }
  }

  private func train(in directory: RunDirectory, _ keep: (Model) -> Void) throws {
    // A directory that is not there yet is not made before there is something to put into it.
    var lock = directory.exists ? try RunLock(directory.path) : nil
    // Since the session was made, another may have trained there and ended.
    try directory.check()
    let continuation = try RunContinuation(session, in: directory)
    let trainer = try trainer(of: try model(from: continuation.saved))
    defer { keep(trainer.model) }
    if let saved = continuation.saved {
      try directory.load(saved.step, into: trainer, beginningData: continuation.beginsData)
    }
    try MappedFile.checkAll()
    if lock == nil {
      try directory.create()
      lock = try RunLock(directory.path)
      try directory.check()
    }
    let run = try begin(trainer, in: directory.held(by: lock), continuation)
    try withExtendedLifetime(lock) { try finish(run, after: Result { try train(run) }) }
  }

  /// Makes what the run keeps beside its checkpoints.
  private func begin(
    _ trainer: Trainer, in directory: RunDirectory, _ continuation: RunContinuation
  ) throws -> TrainingRun {
    let keepsBase = TrainingSession.keepsBase(session.start, plan)
    func keepPlan() throws {
      try directory.keep(continuation.plan, base: keepsBase ? trainer.model.parameters : nil)
    }
    // Another run is replaced once the plan says so; whatever fails before leaves all that is its own.
    if directory.use == .replacing { try keepPlan() }
    try directory.keep(session.start.tokenizer)
    try directory.keep(nil as InstructionTemplate?)
    let run = try TrainingRun(
      trainer, in: directory, policy: session.checkpoints, opening: continuation.opening(trainer, on: workers)
    )
    // One that goes on is looked at by its last plan first.
    if directory.use != .replacing { try keepPlan() }
    return run
  }

  private func train(_ run: TrainingRun) throws {
    try run.run(isInterrupted: { queue.whyStopped != nil }, observing: queue.write)
  }

  /// Saves what was learnt, whatever ended the run.
  private func finish(_ run: TrainingRun, after end: Result<Void, any Error>) throws {
    var reason = run.trainer.isOver ? "finished" : "interrupted"
    if case .failure(let error) = end { reason = "\(error)" }
    let refuge = try run.finish(reason, observing: queue.write)
    if let refuge {
      queue.write(.problem(refuge.problem))
      queue.write(.checkpoint(step: run.trainer.stepsMade, path: refuge.path, reason: .end))
    }
    for failure in run.logFailures { queue.write(.problem(failure)) }
    try end.get()
    if let refuge { throw refuge.problem }
    // What was learnt is safe; that the logs do not say so must be said here.
    if let failure = run.logFailures.first { throw failure }
  }

  private func trainer(of model: Model) throws -> Trainer {
    try Trainer(
      model, plan: plan, data: ReplicaData(session.data),
      watchedBy: TrainingWatch(validation: session.validation, tokenizer: session.start.tokenizer))
  }

  /// The model with what is trained of it.
  ///
  /// - Parameter saved: The checkpoint that it goes on from.
  private func model(from saved: ResumePoint.Saved?) throws -> Model {
    let start = session.start
    guard let layout = plan.adapters else {
      return Model(
        try saved.map { try Checkpoint.read($0.path) } ?? start.parameters(seed: plan.seed),
        precision: session.precision, on: workers)
    }
    let file = try saved.map { try AdapterFile.read($0.path) }
    func adapters() throws -> LowRankAdapters {
      try file?.adapters ?? LowRankAdapters(random: layout, seed: UInt32(truncatingIfNeeded: plan.seed))
    }
    if let stored = try start.storedWeights(on: workers) {
      try file?.check(stored, on: workers)
      return Model(stored, adapters: try adapters(), precision: session.precision, on: workers)
    }
    let parameters = try start.parameters(seed: plan.seed)
    try file?.check(parameters, on: workers)
    return Model(parameters, adapters: try adapters(), precision: session.precision, on: workers)
  }
}
