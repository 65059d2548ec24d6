/// How processes that train apart bring together what they have learnt: see `OuterOptimizer`.
package struct OuterSettings: Equatable, Sendable {
  /// H: steps that each makes by itself before an exchange.
  package var localSteps: Int
  /// η
  package var learningRate: Float
  /// μ
  package var momentum: Float

  /// The defaults are those of DiLoCo's authors.
  package init(localSteps: Int, learningRate: Float = 0.7, momentum: Float = 0.9) {
    precondition(localSteps > 0, "an exchange after no step")
    self.localSteps = localSteps
    self.learningRate = learningRate
    self.momentum = momentum
  }
}

extension TrainingPlan {
  /// H, or 1 if processes exchange gradients at every step: after so many all have the same weights.
  public var localSteps: Int { outer?.localSteps ?? 1 }

  /// Whether all processes have the same weights after so many updates. After the last they do in any case.
  public func isExchange(at step: Int) -> Bool { step % localSteps == 0 || step >= steps }

  /// The same plan as far as one of several processes sees of it that train apart: gradients are its own.
  var ofOneProcess: TrainingPlan {
    var plan = self
    (plan.accumulation, plan.replicas) = (accumulation / replicas, 1)
    return plan
  }
}

extension Int? {
  /// Whether something that is done every so many steps has its turn at a step, or has had it since all had the same
  /// weights before: what falls between exchanges is done at the next.
  func isDue(at step: Int, localSteps: Int) -> Bool {
    guard let interval = self else { return false }
    return step == 0 || step / interval > (step - 1) / localSteps * localSteps / interval
  }
}

/// A number of processes that replicas with weights of their own cannot be trained by.
package struct LocalStepsError: Error, Equatable, Sendable, CustomStringConvertible {
  package let replicas: Int
  package let processes: Int

  /// - Throws: Itself, if there are not as many processes as replicas.
  package static func check(replicas: Int, processes: Int) throws(LocalStepsError) {
    guard replicas == processes else { throw LocalStepsError(replicas: replicas, processes: processes) }
  }

  package var description: String {
    "found \(processes) \(processes == 1 ? "process" : "processes") for \(replicas) "
      + "\(replicas == 1 ? "replica" : "replicas") that make steps of their own, expected one process for each; start "
      + (replicas == 1 ? "it without mpirun" : "mpirun -n \(replicas)")
      + ", or a new run with other --replicas"
  }
}
