import Foundation
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

/// A run that is cut in two ends with the bytes of one that is not.
@Suite struct ResumeTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  /// The files of the last checkpoint, all of which a resumed run must make alike.
  private func files(of name: String, step: Int) throws -> [Data] {
    let run = RunDirectory(workspace.directory.file(name))
    return try [run.model(step), run.state(step), run.progress(step)].map(workspace.bytes)
  }

  @Test(arguments: [true, false], [1, 4, 7])
  func aRunInTwoPartsGivesTheSameBytes(shuffling: Bool, firstPart: Int) throws {
    // Accumulation, more than one epoch, two shards, validation between: see `TrainingWorkspace.plan`.
    let straight = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 11), shuffling: shuffling), in: "straight")
    try straight.run { _ in }
    #expect(straight.lastSaved == 11)

    var stepsSeen = 0
    let first = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 11), shuffling: shuffling), in: "cut")
    try first.run(isInterrupted: { stepsSeen == firstPart }) { if case .step = $0 { stepsSeen += 1 } }
    #expect(try first.finish("interrupted") { _ in } == nil)
    let second = try workspace.run(
      try workspace.resumed("cut", plan: workspace.plan(steps: 11), shuffling: shuffling), in: "cut",
      use: .resuming)
    #expect(second.trainer.stepsMade == firstPart)
    try second.run { _ in }
    #expect(try files(of: "cut", step: 11) == (try files(of: "straight", step: 11)))
  }

  /// Muon, some of the tensors, adapters.
  @Test(arguments: ["muon", "normuon", "biases", "adapters"])
  func soDoesARunOfAnotherKind(kind: String) throws {
    var plan = workspace.plan(steps: 7)
    let configuration = try workspace.fixture().configuration
    switch kind {
    case "muon": plan.optimizer.method = .muon
    case "normuon": plan.optimizer.method = .norMuon
    case "biases": plan.trained = try TensorSet(names: "biases")
    default:
      plan.trained = .none
      plan.adapters = try AdapterLayout(configuration, rank: 3, alpha: 6, targets: TensorSet([.qkvw, .fcw]))
    }
    let straight = try workspace.run(try workspace.trainer(plan), in: "straight")
    var losses: [Float] = []
    try straight.run { if case .step(let report) = $0 { losses.append(report.loss) } }
    #expect(losses.last ?? 9 < losses[0], "it learns")
    var stepsSeen = 0
    let first = try workspace.run(try workspace.trainer(plan), in: "cut")
    try first.run(isInterrupted: { stepsSeen == 3 }) { if case .step = $0 { stepsSeen += 1 } }
    _ = try first.finish("interrupted") { _ in }
    let second = try workspace.run(try workspace.resumed("cut", plan: plan), in: "cut", use: .resuming)
    try second.run { _ in }
    let (cut, whole) = (RunDirectory(workspace.directory.file("cut")), straight.directory)
    let model = straight.trainer.model
    #expect(try workspace.bytes(cut.result(of: model, 7)) == workspace.bytes(whole.result(of: model, 7)))
    #expect(try workspace.bytes(cut.state(7)) == workspace.bytes(whole.state(7)))
    // What is not trained stays as it was.
    let fixture = try workspace.fixture()
    for tensor in ParameterTensor.allCases where !plan.trained.contains(tensor) {
      #expect(model.parameters.copy(of: tensor) == fixture.copy(of: tensor))
    }
  }

  /// The windows of 128 values must be carried over, or other updates would be left out.
  @Test func outliersAreRememberedAcrossAResume() throws {
    var plan = workspace.plan(steps: 170)
    plan.outliers = OutlierLimits(loss: 1.5, gradientNorm: 1.5)
    (plan.batchSize, plan.sequenceLength, plan.accumulation) = (1, 3, 1)
    plan.validationInterval = nil
    var skipped: [Int] = []
    let straight = try workspace.run(try workspace.trainer(plan), in: "straight")
    try straight.run {
      if case .step(let report) = $0, report.outlier != nil { skipped.append(report.step) }
    }
    #expect(!skipped.isEmpty && skipped.allSatisfy { $0 > OutlierDetector.windowSize })

    var stepsSeen = 0
    let first = try workspace.run(try workspace.trainer(plan), in: "cut")
    try first.run(isInterrupted: { stepsSeen == 131 }) { if case .step = $0 { stepsSeen += 1 } }
    _ = try first.finish("interrupted") { _ in }
    let second = try workspace.run(try workspace.resumed("cut", plan: plan), in: "cut", use: .resuming)
    try second.run { _ in }
    #expect(try files(of: "cut", step: 170) == (try files(of: "straight", step: 170)))
  }

  /// As after a kill: the steps after the checkpoint are made once more.
  @Test func stepsAfterTheLastCheckpointAreMadeAgain() throws {
    let straight = try workspace.run(try workspace.trainer(workspace.plan(steps: 9)), in: "straight")
    try straight.run { _ in }
    var stepsSeen = 0
    let killed = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 9)), in: "cut", use: .new, CheckpointPolicy(interval: 3))
    try killed.run(isInterrupted: { stepsSeen == 5 }) { if case .step = $0 { stepsSeen += 1 } }
    // No `finish`. The checkpoint of step 3 is what there is.
    let second = try workspace.run(
      try workspace.resumed("cut", plan: workspace.plan(steps: 9)), in: "cut", use: .resuming)
    #expect(second.trainer.stepsMade == 3)
    try second.run { _ in }
    #expect(try files(of: "cut", step: 9) == (try files(of: "straight", step: 9)))
  }

  @Test func aFinishedRunCanBeMadeLonger() throws {
    let short = try workspace.run(try workspace.trainer(workspace.plan(steps: 3)), in: "run")
    try short.run { _ in }
    let long = try workspace.run(
      try workspace.resumed("run", plan: workspace.plan(steps: 5)), in: "run", use: .resuming)
    try long.run { _ in }
    #expect(try RunDirectory(workspace.directory.file("run")).checkpoints() == [3, 5])
  }

  @Test func aFinishedRunHasNothingLeftToDo() throws {
    try workspace.run(try workspace.trainer(workspace.plan(steps: 3)), in: "run").run { _ in }
    let again = try workspace.run(
      try workspace.resumed("run", plan: workspace.plan(steps: 3)), in: "run", use: .resuming)
    let before = try workspace.bytes(again.directory.model(3))
    var steps = 0
    try again.run { if case .step = $0 { steps += 1 } }
    _ = try again.finish("finished") { _ in }
    #expect(steps == 0)
    #expect(try workspace.bytes(again.directory.model(3)) == before)
  }

  @Test func otherBatchesAreRefused() throws {
    try workspace.run(try workspace.trainer(workspace.plan(steps: 3)), in: "run").run { _ in }
    var plan = workspace.plan(steps: 5)
    plan.batchSize = 3
    #expect(throws: (any Error).self) { try workspace.resumed("run", plan: plan) }
    #expect(throws: (any Error).self) {
      try workspace.resumed("run", plan: workspace.plan(steps: 5), shuffling: false)
    }
  }

  @Test func accumulatedBatchesAreOneLargeBatch() throws {
    // The same twelve rows of seven tokens, in order, as one batch and as three.
    var large = workspace.plan(steps: 1)
    large.batchSize = 6
    large.accumulation = 1
    let one = try workspace.trainer(large, shuffling: false)
    let three = try workspace.trainer(workspace.plan(steps: 1), shuffling: false)
    var losses: [Float] = []
    for trainer in [one, three] {
      try trainer.run { if case .step(let report) = $0 { losses.append(report.loss) } }
    }
    #expect(abs(losses[0] - losses[1]) < 1e-5)
    // Moments are the gradients times a constant at the first step, and clipped alike.
    let moments = [one, three].map { Array($0.optimizer.states[0].values) }
    let largest = moments[0].map(abs).max() ?? 0
    #expect(largest > 0)
    for (a, b) in zip(moments[0], moments[1]) { #expect(abs(a - b) < 1e-5 * largest) }
  }
}
