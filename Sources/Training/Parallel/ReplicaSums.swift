import Kernels
import Transformer

/// Sums of replicas' gradients within a process, in the order of a `ReplicaTree`.
///
/// As a binary counter carries: what is held is one sum for each floor of the tree, at most.
final class ReplicaSums {
  let tree: ReplicaTree
  private let buffers: [Parameters]
  /// How many hold a sum, from the first on.
  private var held = 0
  private var index = 0

  /// - Parameter make: Gradients of everything that is trained.
  init(_ tree: ReplicaTree, _ make: () throws(AllocationError) -> Parameters) throws(AllocationError) {
    self.tree = tree
    var buffers: [Parameters] = []
    for _ in 0..<tree.sumCount { buffers.append(try make()) }
    self.buffers = buffers
  }

  /// Where the next replica's gradients are to be written.
  var next: Parameters { buffers[held] }

  /// Takes up the gradients in `next`.
  func add(on workers: Workers) {
    held += 1
    for _ in 0..<tree.merges(after: index) {
      held -= 1
      Addition.add(UnsafeBufferPointer(buffers[held].values), to: buffers[held - 1].values, on: workers)
    }
    index += 1
    if index == tree.local.count {
      precondition(held == 1, "all sums are one")
      (held, index) = (0, 0)
    }
  }

  /// Whether the last replica was added, and none after it.
  var isComplete: Bool { index == 0 }

  /// The sum of all, once the last was added, until the next is.
  var sum: Parameters { buffers[0] }
}
