import GPT2Communication
import GPT2Kernels
import GPT2Platform
import GPT2Transformer

/// The gradients of an update, summed over all replicas in the order of a `ReplicaTree`: first those of this process, then
/// between processes.
///
/// While the backward pass of the process's last replica goes on, a thread of its own exchanges what that pass has finished:
/// first the rows of the token table that only the classifier has a part in, then the layers from the last to the first, in
/// the end the rows of the tokens that were somebody's input. (Those have to wait: their classifier's part could be summed
/// early and the embedding's be added to that, but sums in another order have other bits.) In which order a value's sums
/// are taken stays the same.
final class GradientExchange {
  private let sums: ReplicaSums
  private let communicator: any Communicator
  private let between: ProcessSums
  private let workers: Workers
  /// Whether processes have the sums of their shares alone.
  private let isScattered: Bool
  /// Does what `between` has to do beside the backward pass; `nil` where there is nothing, or it waits for the pass.
  private let thread: WorkThread<[Range<Int>], CommunicationError>?

  /// How long the last sum was waited for, once the backward pass was over.
  private(set) var waited = Duration.zero

  /// - Parameter shares: If every process is to have the sum of its share alone: see `share(_:_:updatedBy:)`.
  /// - Throws: `ReplicaError` if so many processes cannot share the plan's replicas; `AllocationError` if their gradients
  ///   do not fit in memory; `ThreadError`.
  convenience init(
    _ plan: TrainingPlan, for configuration: Configuration, sharedBy communicator: any Communicator,
    scattering shares: Shares? = nil, on workers: Workers
  ) throws {
    let tree = try ReplicaTree(
      replicas: plan.replicas, processes: communicator.size, rank: communicator.rank)
    let sums = try ReplicaSums(tree, precision: plan.exchange.precision) { () throws(AllocationError) in
      try Parameters(zeroed: configuration, holding: plan.trained, adapters: plan.adapters)
    }
    try self.init(
      sums, sharedBy: communicator, scattering: shares, overlapping: plan.exchange.overlaps, on: workers)
  }

  /// - Throws: `ThreadError`.
  init(
    _ sums: ReplicaSums, sharedBy communicator: any Communicator, scattering shares: Shares? = nil,
    overlapping overlaps: Bool, on workers: Workers
  ) throws(ThreadError) {
    self.sums = sums
    self.workers = workers
    self.communicator = communicator
    let overlaps = overlaps && communicator.size > 1
    // Beside a backward pass it leaves that its helpers, and the processor while it waits.
    let between = ProcessSums(
      communicator: overlaps ? communicator.besideWork : communicator, shares: shares ?? .equal,
      precision: sums.precision, workers: overlaps ? Workers(count: 1, kernels: workers.kernels) : workers)
    self.between = between
    isScattered = shares != nil && communicator.size > 1
    let isScattered = isScattered
    // Valid as long as the thread may work: it never does after `addReplica` has returned.
    nonisolated(unsafe) let values = sums.sum.values
    thread =
      overlaps
      ? try WorkThread { ranges throws(CommunicationError) in
        try between.sum(ranges, of: values, gathering: !isScattered)
      } : nil
  }

  /// The replicas of this process.
  var local: Range<Int> { sums.tree.local }

  /// Takes up the gradients of this process's next replica. With those of the last, `sum` is there.
  ///
  /// - Parameters:
  ///   - tokens: The inputs of the replica's last batch, which makes gradients final.
  ///   - compute: Writes them where it is told to, and says which are final as soon as they are; of all in the end.
  /// - Throws: What `compute` throws; `CommunicationError`.
  func addReplica<Result>(
    endingWith tokens: [Int32],
    _ compute: (_ gradients: Parameters, _ finish: (GradientPart) -> Void) throws -> Result
  ) throws -> Result {
    let isLast = sums.isNextLast
    if let thread, isLast { return try addLast(endingWith: tokens, using: thread, compute) }
    let result = try compute(sums.next, { _ in })
    waited = try ContinuousClock().measure {
      sums.add(on: workers)
      if isLast {
        try between.sum([0..<sums.sum.values.count], of: sums.sum.values, gathering: !isScattered)
      }
    }
    return result
  }

  private func addLast<Result>(
    endingWith tokens: [Int32], using thread: WorkThread<[Range<Int>], CommunicationError>,
    _ compute: (_ gradients: Parameters, _ finish: (GradientPart) -> Void) throws -> Result
  ) throws -> Result {
    let gradients = sums.next
    let isUsed = try between.communicator.used(tokens, of: gradients.configuration.paddedVocabularySize)
    do {
      var count = 0
      let result = try compute(gradients) { part in
        let ranges = gradients.ranges(of: part, whereUsed: isUsed)
        for range in ranges { sums.merge(range, on: workers) }
        count += ranges.reduce(0) { $0 + $1.count }
        thread.add(ranges)
      }
      precondition(count == gradients.values.count, "all gradients are final in the end")
      sums.goOn()
      waited = try ContinuousClock().measure { try thread.wait() }
      return result
    } catch {
      // Nobody may write what the thread reads, or talk to others while it does.
      thread.cancel()
      throw error
    }
  }

  /// Forgets what was taken up of an update that is not made.
  func giveUp() { sums.giveUp() }

  /// That of all replicas, the same in all processes, until the next replica is added; or of this process's share, and
  /// anything beside it.
  var sum: Parameters { sums.sum }

  /// Gives every process what the others have updated of the model, where sums are scattered. `sum` is lost.
  ///
  /// - Throws: `CommunicationError`; the model is then part of an update.
  func share(
    _ parameters: Parameters, _ adapters: LowRankAdapters?, updatedBy optimizer: Optimizer
  ) throws(CommunicationError) {
    guard isScattered else { return }
    let message = sums.sum.values
    optimizer.copy(from: parameters, adapters, to: message)
    // Weights are not rounded on their way, whatever gradients are.
    try ProcessSums(
      communicator: communicator, shares: between.shares, precision: .fp32, workers: workers
    ).gather([0..<message.count], of: message)
    optimizer.copy(message, ofOthers: true, to: parameters, adapters)
  }
}
