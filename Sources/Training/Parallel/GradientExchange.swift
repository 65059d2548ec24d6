import Communication
import Kernels
import Platform
import Transformer

/// The gradients of an update, summed over all replicas in the order of a `ReplicaTree`: first those of this process, then
/// between processes.
///
/// While the backward pass of the process's last replica goes on, a thread of its own exchanges what that pass has finished:
/// the last layer first, the embeddings last. The order in which a value's sums are taken stays the same, and so do the
/// bits.
///
/// The token table comes last, although the classifier's part of its gradient is the first that there is: the rows of the
/// embedding are added to that, and sums in another order would have other bits.
final class GradientExchange {
  private let sums: ReplicaSums
  private let communicator: any Communicator
  private let between: ProcessSums
  private let workers: Workers
  /// Whether processes have the sums of their shares alone.
  private let isScattered: Bool
  /// Does what `between` has to do beside the backward pass; `nil` where there is nothing, or it waits for the pass.
  private let thread: WorkThread<[Range<Int>], CommunicationError>?

  /// How long the last sum was waited for, once the backward pass was over; nothing where there is one replica.
  private(set) var waited = Duration.zero

  /// - Parameter shares: If every process is to have the sum of its share alone: see `share(_:of:updatedBy:)`.
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
  /// - Parameter compute: Writes them where it is told to, and says which are final as soon as they are; of all in the end.
  /// - Throws: What `compute` throws; `CommunicationError`.
  func addReplica<Result>(
    _ compute: (_ gradients: Parameters, _ finish: (GradientPart) -> Void) throws -> Result
  ) throws -> Result {
    let clock = ContinuousClock()
    let isLast = sums.isNextLast
    guard let thread, isLast else {
      let result = try compute(sums.next, { _ in })
      let start = clock.now
      sums.add(on: workers)
      if isLast { try between.sum([0..<sums.sum.values.count], of: sums.sum.values, gathering: !isScattered) }
      if sums.tree.replicas > 1 { waited = clock.now - start }
      return result
    }
    do {
      var count = 0
      let result = try compute(sums.next) { part in
        let ranges = sums.next.ranges(of: part)
        for range in ranges { sums.merge(range, on: workers) }
        count += ranges.reduce(0) { $0 + $1.count }
        thread.add(ranges)
      }
      precondition(count == sums.sum.values.count, "all gradients are final in the end")
      sums.goOn()
      let start = clock.now
      try thread.wait()
      waited = clock.now - start
      return result
    } catch {
      // Nobody may write what the thread reads, or talk to others while it does.
      thread.cancel()
      throw error
    }
  }

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
    optimizer.forEachRun(ofOthers: false, in: parameters, adapters) { start, values in
      _ = UnsafeMutableBufferPointer(rebasing: message[start..<start + values.count]).update(from: values)
    }
    // Weights are not rounded on their way, whatever gradients are.
    try ProcessSums(
      communicator: communicator, shares: between.shares, precision: .fp32, workers: workers
    ).gather([0..<message.count], of: message)
    optimizer.forEachRun(ofOthers: true, in: parameters, adapters) { start, values in
      _ = values.update(from: message[start..<start + values.count])
    }
  }
}
