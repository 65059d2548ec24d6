import GPT2Kernels
import GPT2Transformer

/// Sums of replicas' gradients within a process, in the order of a `ReplicaTree`.
///
/// As a binary counter carries: what is held is one sum for each floor of the tree, at most.
///
/// With bf16 every node of the binary tree is rounded to that: a leaf, which is the sum of o replicas, and each sum of two
/// nodes, which is taken in fp32. So whatever may have to travel is bf16, whichever of it does: no number of processes
/// changes a bit, and half the bytes are sent. (Leaves rounded once, and nothing but the whole sum after them, would have
/// to travel one by one: as many bytes as fp32 takes for two leaves a process, and more beyond.) A value is rounded at most
/// 1 + log₂ R times, each time by 2⁻⁹ of it at most; with two processes of one replica each, once and then their sum once.
final class ReplicaSums {
  let tree: ReplicaTree
  let precision: Precision
  private let buffers: [Parameters]
  /// How many hold a sum, from the first on.
  private var held = 0
  private var index = 0

  /// - Parameter make: Gradients of everything that is trained.
  init(
    _ tree: ReplicaTree, precision: Precision = .fp32, _ make: () throws(AllocationError) -> Parameters
  ) throws(AllocationError) {
    self.tree = tree
    self.precision = precision
    var buffers: [Parameters] = []
    for _ in 0..<tree.sumCount { buffers.append(try make()) }
    self.buffers = buffers
  }

  /// Where the next replica's gradients are to be written.
  var next: Parameters { buffers[held] }

  /// Whether the next replica is the last of this process.
  var isNextLast: Bool { index == tree.local.count - 1 }

  /// Whether the last replica was added, and none after it.
  var isComplete: Bool { index == 0 }

  /// Takes up the gradients in `next`.
  func add(on workers: Workers) {
    merge(0..<next.values.count, on: workers)
    goOn()
  }

  /// Adds a range of the gradients in `next`, which are final there, to those before, as far as it is their turn.
  ///
  /// Once this has been done for all of them, `goOn` ends what `add` does at once.
  func merge(_ range: Range<Int>, on workers: Workers) {
    func part(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
      UnsafeMutableBufferPointer(rebasing: buffers[index].values[range])
    }
    // Within a group sums are no nodes of the binary tree.
    let rounded = tree.completesGroup(index) ? precision : .fp32
    if rounded == .bf16, tree.groupCount == 1 { Rounding.round(part(held), on: workers) }
    for last in (held - tree.merges(after: index)..<held).reversed() {
      Addition.add(UnsafeBufferPointer(part(last + 1)), to: part(last), roundedTo: rounded, on: workers)
    }
  }

  func goOn() {
    held += 1 - tree.merges(after: index)
    index += 1
    if index == tree.local.count {
      precondition(held == 1, "all sums are one")
      (held, index) = (0, 0)
    }
  }

  /// Forgets the replicas that were added since the last sum of all.
  func giveUp() { (held, index) = (0, 0) }

  /// The sum of all, once the last was added, until the next is.
  var sum: Parameters { buffers[0] }
}
