import Transformer

// What is looked at between steps.
extension Trainer {
  /// Takes validation loss, accuracy and sample, as far as they are due.
  func look(unless isInterrupted: () -> Bool, _ observe: (TrainingEvent) throws -> Void) throws {
    if isDue(plan.validationInterval), progress.lastValidation != stepsMade {
      if let loss = try watch.loss(
        of: model, plan: plan, using: activations, sharedBy: communicator, isInterrupted: isInterrupted)
      {
        let isBest = progress.add(.init(step: stepsMade, loss: loss))
        try observe(.validation(step: stepsMade, loss: loss, isBest: isBest))
      }
      if stepsMade > 0,
        let accuracy = try watch.accuracy(of: model, sharedBy: communicator, isInterrupted: isInterrupted)
      {
        try observe(.evaluation(step: stepsMade, accuracy: accuracy))
      }
    }
    if stepsMade > 0, isDue(plan.sampleInterval) {
      if let text = try watch.sample(
        of: model, plan: plan, sharedBy: communicator, isInterrupted: isInterrupted)
      {
        try observe(.sample(step: stepsMade, text: text))
      }
    }
  }

  /// Whether something that is done every so many steps, and at the end, is to be done now.
  private func isDue(_ interval: Int?) -> Bool {
    interval != nil && stepsMade == plan.steps
      || interval.isDue(at: stepsMade, localSteps: plan.localSteps)
  }
}
