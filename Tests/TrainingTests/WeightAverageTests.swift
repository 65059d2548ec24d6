import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

@Suite struct WeightAverageTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  private func plan(steps: Int, decay: Float? = 0.6) -> TrainingPlan {
    var plan = workspace.plan(steps: steps)
    plan.emaDecay = decay
    return plan
  }

  /// The files of a checkpoint, all of which a resumed run must make alike.
  private func files(of name: String, step: Int) throws -> [Data] {
    let run = RunDirectory(workspace.directory.file(name))
    return try [run.model(step), run.state(step), run.progress(step), run.average(step)].map(workspace.bytes)
  }

  private func makeRun(_ name: String, _ plan: TrainingPlan, stoppingAfter steps: Int) throws {
    var stepsSeen = 0
    let run = try workspace.run(try workspace.trainer(plan), in: name)
    try run.run(isInterrupted: { stepsSeen == steps }) { if case .step = $0 { stepsSeen += 1 } }
    #expect(try run.finish("interrupted") { _ in } == nil)
  }

  /// As TensorFlow's documentation has them.
  @Test func theDecayRisesToItsLimit() {
    let expected: [Int: Float] = [1: 0.18181818, 2: 0.25, 8: 0.5, 90: 0.91, 8990: 0.999, 1_000_000: 0.999]
    for (step, decay) in expected {
      #expect(abs(WeightAverage.decay(at: step, atMost: 0.999) - decay) < 1e-7)
    }
  }

  /// Against the formula in double precision, written as a sum of weights.
  @Test(arguments: [Float(0.6), 0.999])
  func itIsTheMeanOfTheWeightsAfterEachStep(decay: Float) throws {
    let trainer = try workspace.trainer(plan(steps: 9, decay: decay))
    let start = trainer.model.parameters.copy()
    var expected = start.map(Double.init)
    try trainer.run {
      guard case .step(let report) = $0 else { return }
      let (t, weights) = (Double(report.step), trainer.model.parameters.copy())
      let kept = min(Double(decay), (1 + t) / (10 + t))
      for (index, weight) in weights.enumerated() {
        expected[index] = kept * expected[index] + (1 - kept) * Double(weight)
      }
    }
    let mean = try #require(trainer.average).model.parameters.copy()
    let weights = trainer.model.parameters.copy()
    var (moved, error) = (0.0, 0.0)
    for (index, value) in mean.enumerated() {
      error = max(error, abs(Double(value) - expected[index]) / max(1, abs(expected[index])))
      moved = max(moved, abs(Double(value) - Double(weights[index])))
    }
    #expect(error < 1e-6)
    #expect(moved > 1e-3, "it is no copy of the weights")
  }

  /// What is trained is the same with and without it.
  @Test func itChangesNothingElse() throws {
    for (name, decay) in [("with", Float(0.9)), ("without", nil)] {
      try workspace.run(try workspace.trainer(plan(steps: 6, decay: decay)), in: name).run { _ in }
    }
    let runs = ["with", "without"].map { RunDirectory(workspace.directory.file($0)) }
    #expect(try workspace.bytes(runs[0].model(6)) == workspace.bytes(runs[1].model(6)))
    #expect(try workspace.bytes(runs[0].state(6)) == workspace.bytes(runs[1].state(6)))
    #expect(!FileManager.default.fileExists(atPath: runs[1].average(6)))
  }

  @Test(arguments: [1, 4, 7])
  func aRunInTwoPartsGivesTheSameBytes(firstPart: Int) throws {
    try workspace.run(try workspace.trainer(plan(steps: 11)), in: "straight").run { _ in }
    try makeRun("cut", plan(steps: 11), stoppingAfter: firstPart)
    let second = try workspace.run(
      try workspace.resumed("cut", plan: plan(steps: 11)), in: "cut", use: .resuming)
    try second.run { _ in }
    #expect(try files(of: "cut", step: 11) == files(of: "straight", step: 11))
  }

  /// The loss that is logged is that of the file, which is a model like all others.
  @Test func itIsValidatedAndSaved() throws {
    let run = try workspace.run(try workspace.trainer(plan(steps: 4)), in: "run")
    var losses: [Float?] = []
    try run.run { if case .validation(_, _, let emaLoss, _) = $0 { losses.append(emaLoss) } }
    #expect(losses.count == 2)
    #expect(losses[0] == nil, "before the first step it is the model itself")
    let saved = try Checkpoint.read(run.directory.average(4))
    let data = try DataLoader(
      pattern: workspace.validation, batchSize: 2, sequenceLength: 7, shuffling: false)
    let activations = try Activations(
      saved.configuration, batchSize: 2, sequenceLength: 7, keepingForBackward: true)
    let loss = try Validation.loss(of: Model(saved), on: data, batches: 2, using: activations)
    #expect(losses[1] == loss)
    let records = try String(contentsOfFile: run.directory.metrics, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(RunRecord.self, from: Data($0.utf8)) }
    #expect(records.filter { $0.event == .validation }.map(\.emaLoss) == [nil, loss])
  }

  @Test func itGoesWithItsCheckpoint() throws {
    let run = try workspace.run(
      try workspace.trainer(plan(steps: 11)), in: "run", use: .new,
      CheckpointPolicy(interval: 2, kept: 2, majorInterval: 4))
    try run.run { _ in }
    #expect(
      try workspace.names(in: "run").filter { $0.hasPrefix("ema_") }
        == [4, 8, 10, 11].map { RunFileName(.average, $0).name })
    #expect(try run.directory.checkpoints() == [4, 8, 10, 11])
  }

  /// A run that did not keep one begins it with the weights that it goes on with.
  @Test func itMayBeginLaterAndEnd() throws {
    try makeRun("run", plan(steps: 9, decay: nil), stoppingAfter: 3)
    let trainer = try workspace.resumed("run", plan: plan(steps: 9))
    #expect(trainer.progress.averagedSince == 3)
    #expect(trainer.average?.model.parameters.copy() == trainer.model.parameters.copy())
    try workspace.run(trainer, in: "run", use: .resuming).run { _ in }
    // From there on to the same bytes, too.
    try makeRun("cut", plan(steps: 9, decay: nil), stoppingAfter: 3)
    var stepsSeen = 0
    let second = try workspace.run(
      try workspace.resumed("cut", plan: plan(steps: 9)), in: "cut", use: .resuming)
    try second.run(isInterrupted: { stepsSeen == 2 }) { if case .step = $0 { stepsSeen += 1 } }
    _ = try second.finish("interrupted") { _ in }
    try workspace.run(try workspace.resumed("cut", plan: plan(steps: 9)), in: "cut", use: .resuming).run {
      _ in
    }
    #expect(try files(of: "cut", step: 9) == files(of: "run", step: 9))
    // Made again without it: that of the steps made before is not theirs.
    let directory = RunDirectory(workspace.directory.file("run"), use: .resuming)
    directory.remove(9)
    try makeAverageFile(at: directory.average(9))
    let third = try workspace.trainer(
      plan(steps: 9, decay: nil), from: try Checkpoint.read(directory.model(3)))
    try directory.load(3, into: third)
    try workspace.run(third, in: "run", use: .resuming).run { _ in }
    #expect(try directory.checkpoints() == [3, 9])
    #expect(!FileManager.default.fileExists(atPath: directory.average(9)))
  }

  private func makeAverageFile(at path: String) throws {
    try Checkpoint.write(try workspace.fixture(), to: path, replacing: false)
  }

  @Test func aFileThatIsNotItIsNamed() throws {
    try makeRun("run", plan(steps: 5), stoppingAfter: 2)
    let directory = RunDirectory(workspace.directory.file("run"), use: .resuming)
    try workspace.forgetChecksums(of: 2, in: directory)
    let path = directory.average(2)
    let whole = try workspace.bytes(path)
    func cause() throws -> FileError.Cause? {
      expectFileError(path) { _ = try workspace.resumed("run", plan: plan(steps: 5)) }
    }
    try FileManager.default.removeItem(atPath: path)
    #expect(try cause() == .notFound)
    try whole.dropLast(4).write(to: URL(fileURLWithPath: path))
    guard case .wrongSize = try cause() else {
      Issue.record("a file that was cut")
      return
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: TestFiles.fixture("tiny.bin"), toPath: path)
    guard case .mismatch(_, let expected, _) = try cause() else {
      Issue.record("another model's")
      return
    }
    #expect(expected.contains("those of"))
  }
}
