/// When checkpoints are written, and which are kept.
public struct CheckpointPolicy: Equatable, Sendable {
  /// Steps between two checkpoints; `nil` for one at the end only.
  public var interval: Int?
  /// How many of the last ones are kept, beside older ones that are major; `nil` for all.
  public var kept: Int?
  /// Checkpoints of steps that this divides are major and always kept; `nil` if none is.
  public var majorInterval: Int?
  /// Whether the weights of the lowest validation loss are kept.
  public var keepsBest: Bool
  /// Whether state files hold the weights, too, which llm.c's program wants of them by default.
  public var copiesWeights: Bool

  public init(
    interval: Int? = nil, kept: Int? = nil, majorInterval: Int? = nil, keepsBest: Bool = false,
    copiesWeights: Bool = false
  ) {
    self.interval = interval
    self.kept = kept
    self.majorInterval = majorInterval
    self.keepsBest = keepsBest
    self.copiesWeights = copiesWeights
  }

  func isDue(at step: Int) -> Bool { interval.map { step % $0 == 0 } ?? false }

  /// Which of the checkpoints of these steps are to be removed, once that of `step` is written. Later ones, of
  /// another run, are left alone.
  func superseded(_ steps: [Int], at step: Int) -> [Int] {
    guard let kept else { return [] }
    let older = steps.filter { $0 <= step }.dropLast(kept)
    return older.filter { candidate in majorInterval.map { candidate % $0 != 0 } ?? true }
  }
}
