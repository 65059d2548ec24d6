import GPT2Transformer

// What is looked at between steps.
extension Trainer {
  /// Takes validation loss, accuracy and sample, as far as they are due.
  func look(unless isInterrupted: () -> Bool, _ observe: (TrainingEvent) throws -> Void) throws {
    if isDue(plan.validationInterval), progress.lastValidation != stepsMade {
      if let (loss, emaLoss) = try validationLosses(unless: isInterrupted) {
        let isBest = progress.add(.init(step: stepsMade, loss: loss))
        try observe(.validation(step: stepsMade, loss: loss, emaLoss: emaLoss, isBest: isBest))
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

  /// The loss of the model, and of the average of its weights once that is another; `nil` without data, and if it was
  /// interrupted.
  private func validationLosses(unless isInterrupted: () -> Bool) throws -> (loss: Float, emaLoss: Float?)? {
    func loss(of model: Model) throws -> Float? {
      try watch.loss(
        of: model, plan: plan, after: stepsMade, using: activations, sharedBy: communicator,
        isInterrupted: isInterrupted)
    }
    guard let own = try loss(of: model) else { return nil }
    guard let average, stepsMade > progress.averagedSince ?? 0 else { return (own, nil) }
    return try loss(of: average.model).map { (own, $0) }
  }

  /// Whether something that is done every so many steps, and at the end, is to be done now.
  private func isDue(_ interval: Int?) -> Bool {
    interval != nil && stepsMade == plan.steps
      || interval.isDue(at: stepsMade, localSteps: plan.localSteps)
  }
}
