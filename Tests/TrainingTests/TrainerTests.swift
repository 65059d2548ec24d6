import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

@Suite struct TrainerTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The fixture's batch as a token file of one batch, so that the loader gives it at every step: the strict
  /// recipe's optimizer must then follow PyTorch's losses.
  @Test func trainingFromTheFixtureFollowsPyTorchsTrajectory() throws {
    let expected = try LossFile.read(TestFiles.fixture("awkward_losses_strict.txt"), count: 10)
    let parameters = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("awkward_debug_state.bin"), for: parameters.configuration)
    // The fixture's targets are its tokens, shifted by one, over the whole batch.
    let stream = try #require(state.targets.last.map { state.tokens + [$0] })
    try #require(Array(stream.dropFirst()) == state.targets)
    let path = directory.file("batch.bin")
    try TokenFile.write(stream.map(UInt16.init), to: path, replacing: false)

    let plan = plan(steps: 10, batchSize: 3, sequenceLength: 13, learningRate: 1e-4)
    let trainer = try trainer(parameters, plan, training: path)
    var losses = [Float]()
    try trainer.run { if case .step(let report) = $0 { losses.append(report.loss) } }
    #expect(losses.count == 10)
    for (loss, reference) in zip(losses, expected) { #expect(abs(loss - reference) < 5e-6) }
  }

  @Test func eventsComeInOrder() throws {
    var plan = plan(steps: 5, batchSize: 2, sequenceLength: 7, learningRate: 1e-3)
    plan.validationInterval = 2
    plan.sampleInterval = 3
    let events = try events(of: plan)
    #expect(
      events == [
        "validation 0", "step 1", "step 2", "validation 2", "step 3", "sample 3", "step 4", "validation 4",
        "step 5", "validation 5", "sample 5",
      ])
  }

  @Test func anInterruptedRunStopsBetweenSteps() throws {
    let trainer = try trainer(
      try fixture(), plan(steps: 9, batchSize: 1, sequenceLength: 5, learningRate: 1e-3),
      training: try randomTokens())
    var steps = 0
    try trainer.run(
      isInterrupted: { steps == 4 }, observing: { if case .step = $0 { steps += 1 } })
    #expect(trainer.stepsMade == 4)
    #expect(steps == 4)
  }

  @Test func reportsCountUpAndKnowTheirPlace() throws {
    let trainer = try trainer(
      try fixture(), plan(steps: 3, batchSize: 2, sequenceLength: 5, learningRate: 1e-3),
      training: try randomTokens())
    var reports = [StepReport]()
    try trainer.run { if case .step(let report) = $0 { reports.append(report) } }
    #expect(reports.map(\.step) == [1, 2, 3])
    for report in reports {
      #expect(report.steps == 3)
      #expect(report.seconds > 0)
      #expect(abs(report.tokensPerSecond * report.seconds - 10) < 1e-6)
      #expect(report.gradientNorm > 0)
    }
    #expect(reports.last?.secondsLeft == 0)
  }

  @Test func aLossThatIsNotFiniteStopsBeforeTheWeightsAreSpoilt() throws {
    let parameters = try fixture()
    parameters.values(of: .fcprojb)[0] = .infinity
    let trainer = try trainer(
      parameters, plan(steps: 2, batchSize: 1, sequenceLength: 4, learningRate: 1),
      training: try randomTokens())
    let before = parameters.copy(of: .wpe)
    #expect {
      try trainer.run { _ in }
    } throws: { error in
      guard case TrainingError.notFinite(step: 1, _, _, let tensor) = error else { return false }
      return tensor != nil
    }
    #expect(parameters.copy(of: .wpe) == before)
  }

  @Test func validationAlwaysSeesTheSameBatches() throws {
    let model = Model(try fixture())
    let data = try DataLoader(
      pattern: try randomTokens(), batchSize: 2, sequenceLength: 6, shuffling: false)
    let activations = try Activations(
      model.configuration, batchSize: 2, sequenceLength: 6, keepingForBackward: false)
    let losses = try (0..<2).compactMap { _ in
      try Validation.loss(of: model, on: data, batches: 3, using: activations)
    }
    #expect(losses[0] == losses[1])

    var loader = data
    let expected = try (0..<3).reduce(0.0) { sum, _ in
      let batch = loader.nextBatch()
      try model.forward(batch.inputs, into: activations)
      return sum + Double(try model.loss(targets: batch.targets, from: activations))
    }
    #expect(abs(Double(losses[0]) - expected / 3) < 1e-6)
  }

  @Test func noMoreThanOneEpochIsEvaluated() throws {
    let model = Model(try fixture())
    let data = try DataLoader(
      pattern: try randomTokens(), batchSize: 2, sequenceLength: 6, shuffling: false)
    let activations = try Activations(
      model.configuration, batchSize: 2, sequenceLength: 6, keepingForBackward: false)
    let whole = try Validation.loss(
      of: model, on: data, batches: data.batchesPerEpoch, using: activations)
    #expect(try Validation.loss(of: model, on: data, batches: .max, using: activations) == whole)
  }

  private func fixture() throws -> Parameters {
    try Checkpoint.read(TestFiles.fixture("awkward.bin"))
  }

  private func randomTokens() throws -> String {
    var random = SeededRandom(seed: 5)
    let path = directory.file("tokens.bin")
    let tokens = (0..<200).map { _ in UInt16.random(in: 0..<97, using: &random) }
    try TokenFile.write(tokens, to: path, replacing: true)
    return path
  }

  private func plan(steps: Int, batchSize: Int, sequenceLength: Int, learningRate: Float) -> TrainingPlan {
    TrainingPlan(
      batchSize: batchSize, sequenceLength: sequenceLength, steps: steps,
      learningRate: LearningRateSchedule(
        shape: .constant, peak: learningRate, warmUpSteps: 0, steps: steps, finalFraction: 1),
      optimizer: Optimizer.Settings(), validationInterval: nil, validationBatches: 2,
      sampleInterval: nil, sampleLength: 4, seed: 1)
  }

  private func trainer(
    _ parameters: Parameters, _ plan: TrainingPlan, training: String
  ) throws -> Trainer {
    let data = try DataLoader(
      pattern: training, batchSize: plan.batchSize, sequenceLength: plan.sequenceLength, shuffling: false)
    return try Trainer(
      Model(parameters), plan: plan, data: ReplicaData(data),
      watchedBy: TrainingWatch(validation: data, tokenizer: try tokenizer()))
  }

  /// As many tokens as the fixture's vocabulary: printable characters, the last one as end-of-text.
  private func tokenizer() throws -> Tokenizer {
    var bytes = [UInt8](repeating: 0, count: 1024)
    for (field, value) in [20_240_328, 2, 97, 96].enumerated() { bytes.set(field, to: Int32(value)) }
    for token in 0..<97 { bytes += [1, UInt8(token + 30)] }
    return try Tokenizer(contentsOf: try directory.write(bytes, to: "tokenizer.bin"))
  }

  private func events(of plan: TrainingPlan) throws -> [String] {
    var events = [String]()
    try trainer(try fixture(), plan, training: try randomTokens()).run { event in
      switch event {
      case .validation(let step, _, _, _): events.append("validation \(step)")
      case .sample(let step, let text):
        #expect(!text.isEmpty)
        events.append("sample \(step)")
      case .step(let report): events.append("step \(report.step)")
      case .evaluation, .checkpoint, .problem: Issue.record("nothing of the kind was asked for")
      }
    }
    return events
  }
}
