import Communication
import Kernels
import Transformer

/// The gradients of an update, summed over all replicas in the order of a `ReplicaTree`: first those of this process, then
/// between processes.
final class GradientExchange {
  private let communicator: any Communicator
  private let sums: ReplicaSums
  private let workers: Workers

  /// - Throws: `ReplicaError` if so many processes cannot share the plan's replicas; `AllocationError` if their gradients
  ///   do not fit in memory.
  init(
    _ plan: TrainingPlan, for configuration: Configuration, sharedBy communicator: any Communicator,
    on workers: Workers
  ) throws {
    self.communicator = communicator
    self.workers = workers
    let tree = try ReplicaTree(
      replicas: plan.replicas, processes: communicator.size, rank: communicator.rank)
    sums = try ReplicaSums(tree) { () throws(AllocationError) in
      try Parameters(zeroed: configuration, holding: plan.trained, adapters: plan.adapters)
    }
  }

  /// The replicas of this process.
  var local: Range<Int> { sums.tree.local }

  /// Takes up the gradients of this process's next replica. With those of the last, `sum` is there.
  ///
  /// - Parameter compute: Writes them where it is told to.
  /// - Throws: What `compute` throws; `CommunicationError`.
  func addReplica<Result>(_ compute: (_ gradients: Parameters) throws -> Result) throws -> Result {
    let result = try compute(sums.next)
    sums.add(on: workers)
    if sums.isComplete { try communicator.sum(sums.sum.values, on: workers) }
    return result
  }

  /// That of all replicas, the same in all processes, until the next replica is added.
  var sum: Parameters { sums.sum }
}
