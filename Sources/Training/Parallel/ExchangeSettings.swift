import GPT2Kernels

/// How the gradients of an update's replicas are summed.
package struct ExchangeSettings: Equatable, Sendable {
  /// What sums of replicas are rounded to, and so what is sent: see `ReplicaSums`. It is a part of what the run computes,
  /// also in one process.
  package var precision: Precision
  /// Whether sums are exchanged while the backward pass goes on. The results are the same bits.
  package var overlaps: Bool

  package init(precision: Precision = .fp32, overlaps: Bool = true) {
    self.precision = precision
    self.overlaps = overlaps
  }
}
