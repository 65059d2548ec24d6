/// When checkpoints are written, and which are kept.
public struct CheckpointPolicy: Equatable, Sendable {
  /// Steps between two checkpoints; `nil` for one at the end only.
  public var interval: Int?
  /// How long a run goes on without a checkpoint; one that is made for this alone goes once there is the next. `nil` for any
  /// time.
  public var longestWait: Duration?
  /// How many of the last ones are kept, beside older ones that are major; `nil` for all.
  public var kept: Int?
  /// Checkpoints of steps that this divides are major and always kept; `nil` if none is.
  public var majorInterval: Int?
  /// Whether the weights of the lowest validation loss are kept.
  public var keepsBest: Bool
  /// Whether state files hold the weights, too, which llm.c's program wants of them by default.
  public var copiesWeights: Bool

  /// A checkpoint at the end only, if nothing else is asked for.
  public init(
    interval: Int? = nil, longestWait: Duration? = nil, kept: Int? = nil, majorInterval: Int? = nil,
    keepsBest: Bool = false,
    copiesWeights: Bool = false
  ) {
    self.interval = interval
    self.longestWait = longestWait
    self.kept = kept
    self.majorInterval = majorInterval
    self.keepsBest = keepsBest
    self.copiesWeights = copiesWeights
  }

  /// - Parameter localSteps: Of processes that train apart: see `TrainingPlan.localSteps`.
  func isDue(at step: Int, localSteps: Int = 1) -> Bool {
    interval.isDue(at: step, localSteps: localSteps)
  }

  /// Whether the checkpoint of a step is always kept.
  func isMajor(_ step: Int, localSteps: Int = 1) -> Bool {
    majorInterval.isDue(at: step, localSteps: localSteps)
  }

  /// Which of the checkpoints of these steps are to be removed, once that of `step` is written. Later ones, of
  /// another run, are left alone.
  func superseded(_ steps: [Int], at step: Int, localSteps: Int = 1) -> [Int] {
    guard let kept else { return [] }
    let older = steps.filter { $0 <= step }.dropLast(kept)
    return older.filter { !isMajor($0, localSteps: localSteps) }
  }
}
