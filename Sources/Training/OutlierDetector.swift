/// Says by how many standard deviations a value lies above the mean of the last 128, itself included: llm.c's
/// outlier_detector.h, with the sums taken anew each time, so that they do not drift.
package struct OutlierDetector: Codable, Equatable, Sendable {
  /// Values that are looked back on.
  package static let windowSize = 128

  /// The last values, oldest first.
  private var values: [Double] = []

  package init() {}

  /// Whether it may have come of steps, and not only of a file.
  var isPossible: Bool { values.count <= Self.windowSize && values.allSatisfy(\.isFinite) }

  /// Takes up a value.
  ///
  /// - Returns: Its z-score; `nil` until the window has been filled by others, 0 if all are the same.
  package mutating func zScore(of value: Double) -> Double? {
    let isFull = values.count >= Self.windowSize
    if isFull { values.removeFirst(values.count - Self.windowSize + 1) }
    values.append(value)
    guard isFull else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return variance == 0 ? 0 : (value - mean) / variance.squareRoot()
  }
}

/// From which z-scores on an update is left out; `nil` for never.
public struct OutlierLimits: Equatable, Sendable {
  /// For the loss.
  public var loss: Double?
  /// For the gradients' norm.
  public var gradientNorm: Double?

  /// Limits; none if not given.
  public init(loss: Double? = nil, gradientNorm: Double? = nil) {
    self.loss = loss
    self.gradientNorm = gradientNorm
  }
}
