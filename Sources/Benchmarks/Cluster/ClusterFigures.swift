import Communication

/// What was measured of a training step and, of several processes, of their exchange.
public struct ClusterFigures: Encodable, Sendable {
  /// Processes that measured at the same time, and those of them on one machine.
  public let processes: Int
  public let processesPerMachine: Int
  /// Of the slowest process.
  public let process: ClusterModel.Process
  /// What a process sends and gets for an update, the gradients of all weights.
  public let values: Int
  /// That of each step of an exchange, the neighbour's first; none for one process.
  public let links: [NetworkLink]
  /// Of whole updates of a batch a process; `nil` for one process.
  public var whole: WholeUpdate?

  /// A process that has a machine to itself.
  public var wholeMachine: ClusterModel.Process { process.sharing(with: 1 / Double(processesPerMachine)) }

  public struct WholeUpdate: Encodable, Sendable {
    /// What the model says, of what was measured of its parts.
    public let predicted: UpdateEstimate
    public let predictedSeconds: Double
    public let measuredSeconds: Double
    /// Of these, after the last backward pass, until the sum of the gradients was there.
    public let measuredWaiting: Double

    init(predicted: UpdateEstimate, measuredSeconds: Double, measuredWaiting: Double) {
      self.predicted = predicted
      predictedSeconds = predicted.seconds
      self.measuredSeconds = measuredSeconds
      self.measuredWaiting = measuredWaiting
    }
  }
}
