import GPT2BinaryFiles
import GPT2Communication
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens
import GPT2Transformer

/// Trains a model on a source's batches.
package final class Trainer {
  package let model: Model
  package let plan: TrainingPlan

  /// Steps made so far, those whose update was left out included.
  package var stepsMade: Int { optimizer.step }
  /// What is remembered of the steps so far.
  package internal(set) var progress = TrainingProgress()

  let optimizer: Optimizer
  private var data: ReplicaData
  private var random = RoundingRandom()
  let watch: TrainingWatch
  let communicator: any Communicator
  private let gradients: GradientExchange
  /// Those whose gradients make up this process's updates.
  private let together: any Communicator
  /// Where processes train apart.
  let outer: OuterOptimizer?
  /// Of the weights, if the plan keeps one.
  let average: WeightAverage?
  let activations: Activations
  /// Whether this process updates a share of the weights, and the others the rest.
  private let isSharded: Bool
  /// Brings together what processes keep of their shares.
  let states: StateExchange
  /// Whether the run ended in this process alone, so that nothing can be done together any more.
  private(set) var isCutOff = false
  /// Of this process's steps.
  private var speed = MeanSpeed()

  /// - Parameters:
  ///   - model: With the adapters of the plan, if it has some.
  ///   - data: Batches of the plan's B and T, of all its replicas.
  ///   - watch: What the run is watched by.
  ///   - communicator: The processes that share the plan's replicas. All make the same calls, in step.
  /// - Throws: `AllocationError` if gradients, moments and activations do not fit in memory; `ReplicaError` or
  ///   `LocalStepsError` if so many processes cannot share the replicas.
  package init(
    _ model: Model, plan: TrainingPlan, data: ReplicaData, watchedBy watch: TrainingWatch,
    sharedBy communicator: any Communicator = OneProcess()
  ) throws {
    self.model = model
    self.plan = plan
    self.data = data
    self.watch = watch
    precondition(model.adapters?.layout == plan.adapters, "the model's adapters are not the plan's")
    precondition(model.stored == nil || plan.trained == .none, "stored weights stay as they are")
    self.communicator = communicator
    precondition(
      data.replicas == plan.replicas && plan.accumulation % plan.replicas == 0, "data of other replicas")
    if plan.outer != nil {
      try LocalStepsError.check(replicas: plan.replicas, processes: communicator.size)
    }
    together = plan.outer == nil ? communicator : OneProcess()
    isSharded = plan.shardsOptimizer && together.size > 1
    let part = isSharded ? Shares.part(of: communicator.rank, communicator.size) : 0
    let optimizer = try Optimizer(
      model.configuration, training: plan.trained, adapters: plan.adapters, settings: plan.optimizer,
      process: part, of: isSharded ? communicator.size : 1)
    self.optimizer = optimizer
    states = StateExchange(
      optimizer, sharedBy: communicator,
      keeping: plan.outer != nil ? .own : isSharded ? .share : .same)
    gradients = try GradientExchange(
      plan.outer == nil ? plan : plan.ofOneProcess, for: model.configuration, sharedBy: together,
      scattering: isSharded ? .fixed(optimizer.shares) : nil, on: model.workers)
    activations = try Activations(
      model.configuration, batchSize: plan.batchSize, sequenceLength: plan.sequenceLength,
      keepingForBackward: true, recomputing: plan.recomputing)
    outer = try plan.outer.map { try OuterOptimizer($0, for: optimizer) }
    outer?.begin(model.parameters, model.adapters, trainedBy: optimizer)
    precondition(plan.emaDecay == nil || plan.outer == nil, "weights of processes apart have no average")
    average = try plan.emaDecay.map { try WeightAverage(of: model, decay: $0) }
    progress.averagedSince = average.map { _ in 0 }
  }

  /// The replica whose moments this process has alone; `nil` where processes do not train apart.
  var ownReplica: Int? { outer == nil ? nil : communicator.rank }

  /// The replicas whose batches this process learns from.
  var ownReplicas: Range<Int> { ownReplica.map { $0..<$0 + 1 } ?? gradients.local }

  /// Of the weights and adapters, to hold them against another process's.
  package var weightsChecksum: UInt64 {
    let adapters = model.adapters.map { Checksum.of($0.values, on: model.workers) } ?? 0
    return model.checksum ^ adapters.byteSwapped
  }

  /// Where the run stands, but for the weights, the optimizer's moments and `progress`.
  package var state: TrainingState { TrainingState(step: stepsMade, random: random, data: data.states) }

  /// Goes on from where another trainer stood, whose weights and moments are in place.
  ///
  /// - Parameter beginningData: Whether the data stay at their beginning.
  /// - Throws: `FileError` if `state` does not belong to such data and batches.
  func resume(from state: TrainingState, progress: TrainingProgress, beginningData: Bool = false) throws {
    if !beginningData { try data.resume(from: state.data) }
    random = state.random
    optimizer.step = state.step
    self.progress = progress
    outer?.begin(model.parameters, model.adapters, trainedBy: optimizer)
    // An average that the run did not keep before begins here.
    self.progress.averagedSince = average.map { _ in progress.averagedSince ?? state.step }
    average?.begin(with: model.parameters)
  }

  /// Lets AdamW go on from moments that another program left behind, before the first step.
  ///
  /// - Precondition: AdamW trains all tensors, and no step was made.
  package func begin(from moments: NanoGPTMoments) {
    precondition(
      optimizer.step == 0 && optimizer.states.map(\.name) == ["adamw.m", "adamw.v"]
        && optimizer.trained == .all && optimizer.adapters == nil, "moments of other tensors")
    moments.fill(optimizer)
    optimizer.updatesBefore = moments.updates
  }

  /// Whether there is nothing more to do: all steps are made, or validation has not improved for too long.
  package var isOver: Bool { stepsMade >= plan.steps || hasLostPatience }

  /// Whether validation has not improved for as long as the plan allows.
  package var hasLostPatience: Bool {
    plan.patience.map { progress.validationsSinceBest >= $0 } ?? false
  }

  /// Makes the plan's updates.
  ///
  /// However it ends, the model is left as `stepsMade` updates made it. Where processes train apart, the run ends and is
  /// looked at only where all have the same weights.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked again and again; once it says yes, the run ends as if it were over.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `TrainingError` if the loss or the gradients are not finite, before they reach the weights;
  ///   what `observing` throws.
  package func run(
    isInterrupted: () -> Bool = { false }, observing observe: (TrainingEvent) throws -> Void
  ) throws {
    do {
      try runSteps(isInterrupted: isInterrupted, observing: observe)
    } catch {
      // Numbers that are not finite, and files that were cut, are told to all at the same step.
      isCutOff = !(error is TrainingError || error is FileError)
      throw error
    }
  }

  private func runSteps(
    isInterrupted: () -> Bool, observing observe: (TrainingEvent) throws -> Void
  ) throws {
    while true {
      guard plan.isExchange(at: stepsMade) else {
        try observe(.step(try update(unless: { false })))
        continue
      }
      try look(unless: isInterrupted, observe)
      // All processes stop before the same step, whichever of them is asked to.
      if try isOver || communicator.any(isInterrupted()) { return }
      do {
        // Of several none can stop within an update by itself, and asking all at each batch would make all wait.
        try observe(.step(try update(unless: communicator.size > 1 ? { false } : isInterrupted)))
      } catch is UpdateGivenUp { return }
    }
  }

  /// Somebody asked to stop within an update, which may take hours: it is begun anew by whoever goes on.
  private struct UpdateGivenUp: Error {}

  /// Makes one step. If it cannot be made, data and random numbers stay where they were, too.
  ///
  /// - Parameter isInterrupted: Asked before each of its batches.
  /// - Throws: `UpdateGivenUp` once that says yes.
  private func update(unless isInterrupted: () -> Bool) throws -> StepReport {
    let (step, before) = (stepsMade, (data, random))
    do {
      return try makeUpdate(unless: isInterrupted)
    } catch {
      if stepsMade == step {
        (data, random) = before
        gradients.giveUp()
      }
      throw error
    }
  }

  private func makeUpdate(unless isInterrupted: () -> Bool) throws -> StepReport {
    let step = stepsMade
    let clock = ContinuousClock()
    let start = clock.now
    let ownLoss = try accumulateGradients(unless: isInterrupted)
    let learningRate = plan.learningRate.rate(at: step)
    let (loss, norm, ownNorm) = try checkedNorm(step: step, loss: ownLoss)
    let outlier = outlier(loss: loss, gradientNorm: norm)
    if outlier == nil {
      random.update()
      optimizer.update(
        model.parameters, adapters: model.adapters, gradients: gradients.sum, learningRate: learningRate,
        gradientNorm: ownNorm, precision: model.precision, on: model.workers)
      try gradients.share(model.parameters, model.adapters, updatedBy: optimizer)
    } else {
      optimizer.skip()
    }
    average?.add(model.parameters, step: stepsMade - (progress.averagedSince ?? 0))
    let waited = outer == nil ? gradients.waited : try clock.measure { try bringTogether() }

    let seconds = (clock.now - start) / .seconds(1)
    let tokens = plan.tokens(at: step)
    speed.add(tokens: tokens, seconds: seconds)
    let operations = model.configuration.operationsPerStep(
      tokens: tokens, sequenceLength: plan.sequenceLength(at: step), training: plan.trained,
      adapters: plan.adapters)
    return StepReport(
      step: step + 1, steps: plan.steps, loss: loss, learningRate: learningRate, gradientNorm: norm,
      outlier: outlier, seconds: seconds,
      secondsWaited: plan.replicas > 1 ? waited / .seconds(1) : 0,
      tokensPerSecond: Double(tokens) / seconds, gigaflops: operations / seconds / 1e9,
      secondsLeft: speed.seconds(for: plan.tokens(in: step + 1..<max(step + 1, plan.steps))))
  }

  /// Makes the outer step, if it is its turn.
  private func bringTogether() throws {
    guard let outer, plan.isExchange(at: stepsMade) else { return }
    try outer.update(
      model.parameters, model.adapters, trainedBy: optimizer, using: gradients.sum, sharedBy: communicator,
      precision: plan.exchange.precision, on: model.workers)
  }

  /// The mean gradients of the step's batches, or of this process's if it trains apart. Returns their mean loss.
  private func accumulateGradients(unless isInterrupted: () -> Bool) throws -> Float {
    if plan.isOverfitting { data.reset() }
    let replicas = ownReplicas
    let count = plan.accumulation(at: stepsMade)
    let batches = data.nextBatches(count / plan.replicas, of: replicas)
    // This process's, if it trains apart.
    let updateCount = outer == nil ? count : count / plan.replicas
    // Whole numbers, exact as they are no more than 2²⁴.
    let learnt = batches.joined().reduce(0) { $0 + $1.learntCount }
    let all = try together.gathered([Float(learnt)]).reduce(0, +)
    let losses = try batches.map { batches in
      try gradients.addReplica(endingWith: batches.last?.inputs ?? []) {
        try accumulateGradients(
          batches, of: updateCount, learning: all, unless: isInterrupted, into: $0, finish: $1)
      }
    }
    for _ in 0..<count { random.passBackward() }
    let gathered = try FileLoss.gathered(losses, from: together, at: stepsMade + 1) { () throws(FileError) in
      try data.check(of: replicas)
    }
    return ReplicaTree.sum(gathered) / Float(updateCount)
  }

  /// One replica's share of an update.
  ///
  /// - Parameters:
  ///   - count: The batches of the update.
  ///   - all: What there is to learn in all of them.
  ///   - finish: Told of gradients once the last batch has made them final.
  /// - Returns: The sum of its batches' losses.
  private func accumulateGradients(
    _ batches: [TokenBatch], of count: Int, learning all: Float, unless isInterrupted: () -> Bool,
    into gradients: Parameters, finish: (GradientPart) -> Void
  ) throws -> Float {
    var sum: Float = 0
    for (index, batch) in batches.enumerated() {
      if isInterrupted() { throw UpdateGivenUp() }
      // A batch counts by what there is to learn in it: exactly 1 if all have the same.
      let weight = Float(batch.learntCount * count) / max(1, all)
      let sequences = batch.sequences(
        ofAtMost: plan.sequenceLength(at: stepsMade), cutBefore: plan.documentStart)
      try model.forward(batch.inputs, in: sequences, into: activations)
      sum +=
        try weight
        * model.backward(
          batch.inputs, targets: batch.targets, from: activations, into: gradients,
          accumulating: index > 0, scale: weight / Float(count),
          finish: { if index == batches.count - 1 { finish($0) } })
    }
    return sum
  }

  /// The gradients' norm, once it is known that an update with them would not spoil the weights.
  ///
  /// - Returns: The loss and the norm that all processes go by, which are means if they train apart, and the own norm.
  private func checkedNorm(
    step: Int, loss ownLoss: Float
  ) throws -> (loss: Float, norm: Float, own: Float) {
    var squares = optimizer.sumsOfSquares(of: gradients.sum, on: model.workers)
    if isSharded { squares = try communicator.summed(squares) }
    let ownNorm = optimizer.norm(ofSquares: squares)
    let (loss, norm) = outer == nil ? (ownLoss, ownNorm) : try means(ownLoss, ownNorm)
    guard loss.isFinite, norm.isFinite else {
      let tensor =
        isSharded
        ? optimizer.firstNonFinite(inSquares: squares)
        : gradients.sum.firstNonFinite(on: model.workers)?.tensor
      throw TrainingError.notFinite(step: step + 1, loss: loss, gradientNorm: norm, tensor: tensor?.name)
    }
    return (loss, norm, ownNorm)
  }

  /// The means over processes that train apart: all that they tell one another between exchanges, 8 bytes each. So all
  /// leave out the same updates, and end at the same step.
  private func means(_ loss: Float, _ norm: Float) throws -> (Float, Float) {
    let all = try communicator.gathered([loss, norm])
    func mean(from first: Int) -> Float {
      ReplicaTree.sum(stride(from: first, to: all.count, by: 2).map { all[$0] }) / Float(communicator.size)
    }
    return (mean(from: 0), mean(from: 1))
  }

  /// Which of the two is beyond its limit, if one is; both are taken up in any case, as llm.c does.
  private func outlier(loss: Float, gradientNorm: Float) -> Outlier? {
    let lossScore = progress.losses.zScore(of: Double(loss))
    let normScore = progress.gradientNorms.zScore(of: Double(gradientNorm))
    if let limit = plan.outliers.loss, let lossScore, lossScore > limit { return .loss(zScore: lossScore) }
    if let limit = plan.outliers.gradientNorm, let normScore, normScore > limit {
      return .gradientNorm(zScore: normScore)
    }
    return nil
  }
}
