import GPT2BinaryFiles
import GPT2Communication
import GPT2Kernels
import GPT2Transformer

/// Brings together what processes have learnt apart (DiLoCo: Douillard et al. 2023, arXiv:2311.08105; with Muon as the
/// inner optimizer MuLoCo: Thérien et al. 2025, arXiv:2505.23725), for machines that slow lines join.
///
/// Each process makes H steps of its own from weights θ that all have. Of what the steps changed the mean over R
/// processes is the gradient of one step of SGD with Nesterov's momentum, as PyTorch has it:
///
///     Δ = (1/R) · Σ (θ − θᵣ)        u ← μ·u + Δ        θ ← θ − η·(Δ + μ·u)
///
/// The sum is that of `ProcessSums`, so that all processes have the same bits after it. R is a power of two, by which
/// a division is exact.
final class OuterOptimizer {
  let settings: OuterSettings
  /// u, the same in all processes.
  let velocity: Parameters
  /// θ after the last exchange, of what is trained.
  private let anchor: Parameters

  /// - Throws: `AllocationError` if two more copies of what is trained do not fit in memory.
  init(
    _ settings: OuterSettings, for optimizer: Optimizer
  ) throws(AllocationError) {
    self.settings = settings
    func copy() throws(AllocationError) -> Parameters {
      try Parameters(
        zeroed: optimizer.configuration, holding: optimizer.trained, adapters: optimizer.adapters)
    }
    velocity = try copy()
    anchor = try copy()
  }

  /// Takes the model for what all processes have.
  func begin(_ parameters: Parameters, _ adapters: LowRankAdapters?, trainedBy optimizer: Optimizer) {
    optimizer.copy(from: parameters, adapters, to: anchor.values)
  }

  /// The outer step.
  ///
  /// - Parameters:
  ///   - scratch: Of the size of all that is trained; its values are lost.
  ///   - precision: What changes and their sums are rounded to, and so what travels.
  /// - Throws: `CommunicationError`; the model is then as this process left it.
  func update(
    _ parameters: Parameters, _ adapters: LowRankAdapters?, trainedBy optimizer: Optimizer,
    using scratch: Parameters, sharedBy communicator: any Communicator, precision: Precision,
    on workers: Workers
  ) throws(CommunicationError) {
    let (anchor, change) = (anchor.values, scratch.values)
    optimizer.forEachRun(ofOthers: false, in: parameters, adapters) { start, values in
      workers.forEach(values.count) { index in change[start + index] = anchor[start + index] - values[index] }
    }
    if precision == .bf16 { Rounding.round(change, on: workers) }
    try ProcessSums(communicator: communicator, shares: .equal, precision: precision, workers: workers)
      .sum([0..<change.count], of: change)
    let (rate, momentum) = (settings.learningRate, settings.momentum)
    let velocity = velocity.values
    let share = 1 / Float(communicator.size)
    workers.forEach(change.count) { index in
      let mean = change[index] * share
      velocity[index] = momentum * velocity[index] + mean
      anchor[index] -= rate * (mean + momentum * velocity[index])
    }
    optimizer.copy(anchor, ofOthers: false, to: parameters, adapters)
    withExtendedLifetime((self, scratch, parameters, adapters)) {}
  }
}

extension Workers {
  /// Calls `body` with each of so many places.
  @inline(__always)
  fileprivate func forEach(_ count: Int, _ body: (_ index: Int) -> Void) {
    run(over: count, inRangesOf: 1 << 17) { range in
      for index in range { body(index) }
    }
  }
}
