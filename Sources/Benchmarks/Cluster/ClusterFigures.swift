import GPT2Communication

/// What was measured of a training step and, of several processes, of their exchange.
package struct ClusterFigures: Encodable, Sendable {
  /// Processes that measured at the same time, and those of them on one machine.
  package let processes: Int
  package let processesPerMachine: Int
  /// Of the slowest process.
  package let process: ClusterModel.Process
  /// What a process sends and gets for an update, the gradients of all weights.
  package let values: Int
  /// That of each step of an exchange, the neighbour's first; none for one process.
  package let links: [NetworkLink]
  /// Of whole updates of a batch a process; `nil` for one process.
  package var whole: WholeUpdate?

  /// A process that has a machine to itself.
  package var wholeMachine: ClusterModel.Process { process.sharing(with: 1 / Double(processesPerMachine)) }

  package struct WholeUpdate: Encodable, Sendable {
    /// What the model says, of what was measured of its parts.
    package let predicted: UpdateEstimate
    package let predictedSeconds: Double
    package let measuredSeconds: Double
    /// Of these, after the last backward pass, until the sum of the gradients was there.
    package let measuredWaiting: Double

    init(predicted: UpdateEstimate, measuredSeconds: Double, measuredWaiting: Double) {
      self.predicted = predicted
      predictedSeconds = predicted.seconds
      self.measuredSeconds = measuredSeconds
      self.measuredWaiting = measuredWaiting
    }
  }
}
