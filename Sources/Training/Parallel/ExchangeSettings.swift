import Kernels

/// How the gradients of an update's replicas are summed.
public struct ExchangeSettings: Equatable, Sendable {
  /// What sums of replicas are rounded to, and so what is sent: see `ReplicaSums`. It is a part of what the run computes,
  /// also in one process.
  public var precision: Precision
  /// Whether sums are exchanged while the backward pass goes on. The results are the same bits.
  public var overlaps: Bool

  public init(precision: Precision = .fp32, overlaps: Bool = true) {
    self.precision = precision
    self.overlaps = overlaps
  }
}
