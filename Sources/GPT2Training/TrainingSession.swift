import GPT2Kit
import GPT2Kernels
import GPT2Platform
import Synchronization
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

/// A training run, from its first step to its last or until it is stopped.
///
///     let data = try DataLoader(text: story, batchSize: 8, sequenceLength: 64)
///     let session = try TrainingSession(StartingModel(size: "4x4x128"), on: data)
///     for try await event in session.events { print(event) }
///     let gpt2 = try await session.gpt2()
///     print(try await gpt2.generate("Once upon a time").text())
///
/// It is what `gpt2 train` does, by the same trainer: the same plan on the same data gives the same bits, on any number
/// of threads. With a directory it saves checkpoints as that does, and goes on from the last one to the same bits as if
/// it had never stopped.
public final class TrainingSession: Sendable {
  /// What training begins with.
  public let start: StartingModel
  /// What is to be done.
  public let plan: TrainingPlan

  let data: DataLoader
  let validation: DataLoader?
  let precision: Precision
  let directory: RunDirectory?
  let checkpoints: CheckpointPolicy
  let threads: Int?

  private enum Phase {
    case new
    case begun(EventQueue)
  }

  private let phase = Mutex(Phase.new)
  /// What the thread that trains leaves behind, as the last thing that it does.
  private let trained = Mutex<TrainedModel?>(nil)

  /// Checks what can be checked before anything large is read or allocated.
  ///
  /// - Parameters:
  ///   - start: A new model, or one that there is. Where a run goes on, what that began with.
  ///   - data: What to learn from, as tokens of the model's tokenizer.
  ///   - validation: What to measure the validation loss on, of the same B and T.
  ///   - plan: `TrainingPlan(for: data)` if not given.
  ///   - precision: What the inputs of matrix products are rounded to.
  ///   - directory: Where checkpoints and logs go; if not given, nothing is written at all. Its `use` says whether it is
  ///     to be new, is to be replaced, or holds a run that goes on, if there is one.
  ///   - checkpoints: When they are written, besides at the end: every 30 minutes if not given.
  ///   - threads: How many threads may work at once; all processors if not given.
  /// - Throws: `TrainingPlanError`, `ModelError` or `TrainingSessionError` for what does not fit together or into memory;
  ///   `FileError` if the directory cannot be used, or the data have a token that the model has not.
  public init(
    _ start: StartingModel, on data: DataLoader, validation: DataLoader? = nil, plan: TrainingPlan? = nil,
    precision: Precision = .fp32, directory: RunDirectory? = nil,
    checkpoints: CheckpointPolicy = CheckpointPolicy(longestWait: .seconds(1800)), threads: Int? = nil
  ) throws {
    let plan = plan ?? TrainingPlan(for: data)
    try plan.check(for: start.configuration)
    try checkpoints.check()
    try Self.check(plan.batchSize, plan.sequenceLength, of: "the plan", as: data)
    try validation.map {
      try Self.check($0.batchSize, $0.sequenceLength, of: "the validation data", as: data)
    }
    for loader in [data, validation] { try loader?.check(below: start.configuration.vocabularySize) }
    if let start = plan.documentStart { try data.checkDocuments(beginningWith: start) }
    let needed = plan.memory(for: start.configuration).total
    if let available = AvailableMemory.bytes, needed > available {
      throw TrainingSessionError.notEnoughMemory(found: available, expected: needed)
    }
    try directory?.check()
    try directory?.checkSpace(
      for: plan, of: start.configuration, policy: checkpoints,
      keepsBase: Self.keepsBase(start, plan))
    self.start = start
    self.plan = plan
    self.data = data
    self.validation = validation
    self.precision = precision
    self.directory = directory
    self.checkpoints = checkpoints
    self.threads = threads
  }

  /// Whether adapters are trained over a new model, which no file has unless the run keeps it.
  static func keepsBase(_ start: StartingModel, _ plan: TrainingPlan) -> Bool {
    start.path == nil && plan.adapters != nil
  }

  /// What happens, as it happens. Reading it is what trains.
  public var events: TrainingEvents { TrainingEvents(session: self) }

  /// Trains to the end.
  ///
  /// - Parameter observe: Called with each event.
  /// - Returns: The trained model.
  /// - Throws: As reading `events` does; what `observe` throws, which ends training as cancelling it does, once all is
  ///   saved.
  @discardableResult
  public func train(
    observing observe: (TrainingEvent) async throws -> Void = { _ in }
  ) async throws -> GPT2 {
    for try await event in events {
      do {
        try await observe(event)
      } catch {
        await giveUp()
        throw error
      }
    }
    return try await gpt2()
  }

  /// Ends training for a reader who has failed, and waits until all is saved.
  private func giveUp() async {
    guard case .begun(let queue) = phase.withLock({ $0 }) else { return }
    queue.stop(.asked)
    _ = await queue.waitForEnd()
  }

  /// Ends training after the batch under way; an update of several batches is begun anew by whoever goes on. What was
  /// learnt is saved, and the events end without an error.
  public func stop() {
    if case .begun(let queue) = phase.withLock({ $0 }) { queue.stop(.asked) }
  }

  /// The model as training left it, to write texts with. Waits until training is over and all is saved.
  ///
  /// While somebody waits here, events gather for their reader, however many: who has read some of them may wait, and
  /// read the others later.
  ///
  /// It shares the trained weights' memory; adapters are merged into a copy.
  ///
  /// - Throws: `TrainingSessionError.notBegun` if nobody has read an event; what ended training before it had a model;
  ///   `AllocationError`.
  public func gpt2() async throws -> GPT2 {
    guard case .begun(let queue) = phase.withLock({ $0 }) else { throw TrainingSessionError.notBegun }
    let end = await queue.waitForEnd()
    guard let trained = trained.withLock({ $0 }) else {
      try end.get()
      throw TrainingSessionError.notBegun
    }
    return GPT2(try LanguageModel(trained.model), start.tokenizer)
  }

  /// Starts the thread that trains.
  ///
  /// - Throws: `TrainingSessionError.alreadyBegun` the second time; `noThread` if the system has none left.
  func begin() throws -> EventQueue {
    let queue = EventQueue()
    try phase.withLock { phase in
      guard case .new = phase else { throw TrainingSessionError.alreadyBegun }
      phase = .begun(queue)
    }
    do throws(ThreadError) {
      try DetachedThread.start { [self] in
        queue.finish(Result { try TrainingThread(self, queue).train { keep($0) } })
      }
    } catch {
      let failure = TrainingSessionError.noThread(reason: "\(error)")
      queue.finish(.failure(failure))
      throw failure
    }
    return queue
  }

  private func keep(_ model: Model) {
    let kept = TrainedModel(model: model)
    trained.withLock { $0 = kept }
  }

  private static func check(
    _ batchSize: Int, _ sequenceLength: Int, of name: String, as data: DataLoader
  ) throws(TrainingSessionError) {
    guard (batchSize, sequenceLength) != (data.batchSize, data.sequenceLength) else { return }
    throw .otherBatches(
      of: name, found: .init(batchSize: batchSize, sequenceLength: sequenceLength),
      expected: .init(batchSize: data.batchSize, sequenceLength: data.sequenceLength))
  }
}

/// A model that only one thread touches at a time: first the one that trains it, then, once that has ended, readers, who do
/// not change it.
private struct TrainedModel: @unchecked Sendable {
  let model: Model
}
