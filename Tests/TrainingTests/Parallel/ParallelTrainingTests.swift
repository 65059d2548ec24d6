import GPT2BinaryFiles
import GPT2Communication
import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// A run of eight replicas is the same run, bit for bit, on any number of processes.
@Suite struct ParallelTrainingTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  struct Kind: Sendable, CustomTestStringConvertible {
    var precision = Precision.fp32
    var method = Optimizer.Method.adamW
    var shuffles = true
    /// Batches of a replica in an update.
    var share = 1
    var rank: Int?
    var exchange = ExchangeSettings()
    /// Whether processes share the update.
    var isSharded = false
    var emaDecay: Float?
    /// Whether sequences and batches are smaller at first, and sequences begin with documents.
    var warmsUp = false

    var testDescription: String {
      "\(precision) \(method) shuffles \(shuffles) share \(share) rank \(rank ?? 0) \(exchange) \(isSharded) \(emaDecay ?? 0) \(warmsUp)"
    }
  }

  private static let kinds =
    [
      Kind(), Kind(precision: .bf16, share: 2), Kind(method: .muon), Kind(shuffles: false, share: 3),
      Kind(rank: 2), Kind(exchange: ExchangeSettings(precision: .bf16)),
      Kind(precision: .bf16, share: 2, exchange: ExchangeSettings(precision: .bf16, overlaps: false)),
      Kind(method: .muon, exchange: ExchangeSettings(overlaps: false)),
      Kind(rank: 2, exchange: ExchangeSettings(precision: .bf16)), Kind(emaDecay: 0.5),
      Kind(share: 3, warmsUp: true),
    ] + shardedKinds

  private static let shardedKinds = [
    Kind(isSharded: true), Kind(precision: .bf16, method: .muon, isSharded: true),
    Kind(method: .norMuon, exchange: ExchangeSettings(overlaps: false), isSharded: true),
    Kind(exchange: ExchangeSettings(precision: .bf16), isSharded: true), Kind(rank: 2, isSharded: true),
    Kind(method: .muon, isSharded: true, emaDecay: 0.5),
  ]

  private static func plan(_ kind: Kind, steps: Int = 4) throws -> TrainingPlan {
    TrainingPlan(
      batchSize: 1, sequenceLength: 9,
      documentStart: kind.warmsUp ? 5 : nil,
      sequenceWarmUp: kind.warmsUp ? SequenceWarmUp(steps: 3, firstLength: 2) : nil,
      accumulation: 8 * kind.share, batchWarmUpSteps: kind.warmsUp ? 2 : 0, replicas: 8,
      exchange: kind.exchange,
      steps: steps,
      learningRate: LearningRateSchedule(
        shape: .cosine, peak: 1e-2, warmUpSteps: 1, steps: 4, finalFraction: 0.1),
      optimizer: Optimizer.Settings(method: kind.method, weightDecay: 0.1), shardsOptimizer: kind.isSharded,
      emaDecay: kind.emaDecay, trained: kind.rank == nil ? .all : .none,
      adapters: try kind.rank.map {
        try AdapterLayout(
          Checkpoint.configuration(of: TestFiles.fixture("awkward.bin")), rank: $0, alpha: 4,
          targets: AdapterLayout.possibleTargets)
      },
      validationInterval: 2, validationBatches: 5, sampleInterval: nil, sampleLength: 4, seed: 1)
  }

  /// What is seen of a run from one process: losses, norms, and all weights at its end.
  private struct Outcome: Equatable, Sendable {
    var losses: [Float] = []
    var norms: [Float] = []
    var validations: [Float] = []
    var weights: [Float] = []
    var emaLosses: [Float?] = []
    var average: [Float]?
  }

  private static func trainer(
    _ kind: Kind, _ plan: TrainingPlan, _ workspace: TrainingWorkspace, _ communicator: any Communicator,
    weights: Parameters? = nil
  ) throws -> Trainer {
    let loaders = try (0..<8).map { replica in
      try DataLoader(
        pattern: workspace.pattern, batchSize: 1, sequenceLength: 9, shuffling: kind.shuffles,
        processRank: replica, processCount: 8)
    }
    let validation = try DataLoader(
      pattern: workspace.validation, batchSize: 1, sequenceLength: 9, shuffling: false)
    return try Trainer(
      Model(
        try weights ?? workspace.fixture(),
        adapters: try plan.adapters.map { try LowRankAdapters(random: $0) },
        precision: kind.precision, on: Workers(count: 1)),
      plan: plan, data: ReplicaData(loaders), watchedBy: TrainingWatch(validation: validation),
      sharedBy: communicator)
  }

  private static func outcome(of trainer: Trainer) throws -> Outcome {
    var outcome = Outcome()
    try trainer.run { event in
      switch event {
      case .step(let report):
        outcome.losses.append(report.loss)
        outcome.norms.append(report.gradientNorm)
      case .validation(_, let loss, let emaLoss, _):
        outcome.validations.append(loss)
        outcome.emaLosses.append(emaLoss)
      default: break
      }
    }
    outcome.average = trainer.average?.model.parameters.copy()
    outcome.weights = trainer.model.adapters?.copy() ?? trainer.model.parameters.copy()
    return outcome
  }

  @Test(arguments: kinds)
  func allNumbersOfProcessesGiveTheSameBits(kind: Kind) throws {
    let plan = try Self.plan(kind)
    let workspace = workspace
    var alone: Outcome?
    for processes in [1, 2, 4, 8] {
      let outcomes = try ThreadJob.run(processes: processes) { communicator in
        try Self.outcome(of: try Self.trainer(kind, plan, workspace, communicator))
      }
      let first = try #require(outcomes.first)
      #expect(outcomes.allSatisfy { $0 == first }, "all processes have the same")
      #expect(first == alone ?? first, "\(processes) processes differ from one")
      alone = first
    }
    let outcome = try #require(alone)
    #expect(outcome.losses.count == 4 && outcome.validations.count == 3)
    #expect(outcome.losses.last ?? 0 < outcome.losses.first ?? 0)
  }

  @Test func overlapChangesNoBitAndPrecisionDoes() throws {
    let workspace = workspace
    func outcome(_ exchange: ExchangeSettings) throws -> Outcome? {
      let kind = Kind(exchange: exchange)
      let plan = try Self.plan(kind)
      return try ThreadJob.run(processes: 4) { communicator in
        try Self.outcome(of: try Self.trainer(kind, plan, workspace, communicator))
      }.first
    }
    let plain = try #require(try outcome(ExchangeSettings(overlaps: false)))
    #expect(try outcome(ExchangeSettings()) == plain)
    let rounded = try #require(try outcome(ExchangeSettings(precision: .bf16)))
    #expect(rounded != plain)
    #expect(rounded.losses.first == plain.losses.first)
    for (loss, other) in zip(rounded.losses, plain.losses) { #expect(abs(loss - other) < 1e-2) }
    for (norm, other) in zip(rounded.norms, plain.norms) { #expect(abs(norm - other) < 1e-2 * other) }
  }

  /// The same batches in one replica are the same mathematics, in another order.
  @Test func replicasLearnWhatAccumulationLearns() throws {
    // Without shuffling process r of 8 takes row r of each eight.
    let kind = Kind(shuffles: false)
    // Three updates are of whole files.
    var plan = try Self.plan(kind, steps: 3)
    let replicas = try Self.outcome(of: try Self.trainer(kind, plan, workspace, OneProcess()))
    plan.replicas = 1
    let loader = try DataLoader(
      pattern: workspace.pattern, batchSize: 1, sequenceLength: 9, shuffling: false)
    let trainer = try Trainer(
      Model(try workspace.fixture(), on: Workers(count: 1)), plan: plan, data: ReplicaData(loader),
      watchedBy: TrainingWatch(
        validation: try DataLoader(
          pattern: workspace.validation, batchSize: 1, sequenceLength: 9, shuffling: false)))
    let plain = try Self.outcome(of: trainer)
    #expect(plain != replicas)
    for (loss, other) in zip(replicas.losses, plain.losses) { #expect(abs(loss - other) < 1e-5) }
  }

  /// Four processes, then one, then two: as if it had been one all the time.
  @Test func aRunGoesOnWithMoreOrFewerProcesses() throws {
    let workspace = workspace
    let kind = Kind(share: 2)
    let whole = try Self.outcome(
      of: try Self.trainer(kind, try Self.plan(kind, steps: 6), workspace, OneProcess()))
    let directory = RunDirectory(workspace.directory.file("moved"), use: .resuming)
    try directory.create()
    var last: [Outcome] = []
    for (part, processes) in [4, 1, 2].enumerated() {
      let plan = try Self.plan(kind, steps: 2 * (part + 1))
      last = try ThreadJob.run(processes: processes) { communicator in
        let step = part == 0 ? nil : 2 * part
        let weights = try step.map { try Checkpoint.read(directory.model($0)) }
        let trainer = try Self.trainer(kind, plan, workspace, communicator, weights: weights)
        if let step { try directory.load(step, into: trainer) }
        let outcome = try Self.outcome(of: trainer)
        if communicator.rank == 0 { try directory.save(trainer, copyingWeights: false) }
        return outcome
      }
    }
    #expect(last.allSatisfy { $0.weights == whole.weights })
    #expect(try directory.checkpoints() == [2, 4, 6])
    for replica in 0..<8 {
      _ = try workspace.bytes(directory.state(6, replica: replica))
    }
  }

  /// A signal reaches one process first; all end after the same step.
  @Test func allProcessesStopTogether() throws {
    let workspace = workspace
    let kind = Kind()
    let plan = try Self.plan(kind, steps: 1000)
    let steps = try ThreadJob.run(processes: 4) { communicator in
      let trainer = try Self.trainer(kind, plan, workspace, communicator)
      try trainer.run(
        isInterrupted: { communicator.rank == 2 && trainer.stepsMade >= 3 }, observing: { _ in })
      return trainer.stepsMade
    }
    #expect(steps == [3, 3, 3, 3])
  }

  /// What processes keep of shares is saved as if one kept all, and read by any number of them.
  @Test(arguments: shardedKinds)
  func sharesOfTheUpdateChangeNoFile(kind: Kind) throws {
    let workspace = workspace
    func run(_ kind: Kind, _ parts: [Int], in name: String) throws -> RunDirectory {
      let directory = RunDirectory(workspace.directory.file(name), use: .resuming)
      try directory.create()
      for (part, processes) in parts.enumerated() {
        // The first part ends without a checkpoint of its own, as an interrupted run does.
        let plan = try Self.plan(kind, steps: 6)
        _ = try ThreadJob.run(processes: processes) { communicator in
          let step = part == 0 ? nil : 2 * part
          let weights = try step.flatMap { step in
            kind.rank == nil ? try Checkpoint.read(directory.model(step)) : nil
          }
          let trainer = try Self.trainer(kind, plan, workspace, communicator, weights: weights)
          if let step {
            if let adapters = trainer.model.adapters {
              let saved = try AdapterFile.read(
                directory.adapters(step), for: trainer.model.parameters, on: Workers(count: 1))
              _ = adapters.values.update(from: saved.values)
            }
            try directory.load(step, into: trainer)
          }
          let run = try TrainingRun(
            trainer, in: directory, policy: CheckpointPolicy(interval: 4),
            opening: [RunRecord(.run, step: step ?? 0)],
            writes: communicator.rank == 0)
          let end = 2 * (part + 1)
          try run.run(isInterrupted: { trainer.stepsMade >= end && end < 6 }, observing: { _ in })
          #expect(try run.finish("over") { _ in } == nil)
          #expect(communicator.rank > 0 || run.lastSaved == end)
        }
      }
      return directory
    }
    var alone = kind
    alone.isSharded = false
    let (one, shared) = (try run(alone, [1, 1, 1], in: "one"), try run(kind, [4, 8, 2], in: "shared"))
    for step in [2, 4, 6] {
      let result = kind.rank == nil ? one.model : one.adapters
      #expect(
        try workspace.bytes(result(step))
          == workspace.bytes((kind.rank == nil ? shared.model : shared.adapters)(step)))
      for replica in [0, 5] {
        #expect(
          try workspace.bytes(one.state(step, replica: replica))
            == workspace.bytes(shared.state(step, replica: replica)))
      }
    }
  }

  /// A disk that takes nothing costs no more than a checkpoint, and one that is full at the end none of what was learnt.
  @Test func sharesAreSavedElsewhereIfTheyMust() throws {
    let workspace = workspace
    let kind = Kind(isSharded: true)
    let plan = try Self.plan(kind, steps: 3)
    let directory = RunDirectory(workspace.directory.file("full"), use: .resuming)
    try directory.create()
    let places = try ThreadJob.run(processes: 4) { communicator in
      let trainer = try Self.trainer(kind, plan, workspace, communicator)
      let run = try TrainingRun(
        trainer, in: directory, policy: CheckpointPolicy(interval: 1), opening: [RunRecord(.run, step: 0)],
        writes: communicator.rank == 0)
      var problems = 0
      try run.run { event in
        if case .problem = event { problems += 1 }
        // From here on the state cannot be written: a directory is in its place.
        guard case .step(let report) = event, report.step == 1, communicator.rank == 0 else { return }
        for step in 1...3 {
          try FileManager.default.createDirectory(
            atPath: directory.state(step) + "/x", withIntermediateDirectories: true)
        }
      }
      #expect(problems == (communicator.rank == 0 ? 3 : 0))
      return try run.finish("over") { _ in }?.path ?? ""
    }
    let place = try #require(places.first)
    #expect(places.dropFirst().allSatisfy { $0.isEmpty })
    let folder = URL(fileURLWithPath: place).deletingLastPathComponent().path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try Self.outcome(
      of: try Self.trainer(Kind(), try Self.plan(Kind(), steps: 3), workspace, OneProcess()))
    #expect(try Checkpoint.read(place).copy() == whole.weights)
    let optimizer = try Optimizer(try workspace.fixture().configuration, settings: plan.optimizer)
    let state = try TrainingStateFile.read(
      RunDirectory(folder).state(3), others: { RunDirectory(folder).state(3, replica: $0) }, into: optimizer)
    #expect(state.step == 3)
  }

  @Test func statesOfOtherReplicasAreRefused() throws {
    let kind = Kind()
    let trainer = try Self.trainer(kind, try Self.plan(kind), workspace, OneProcess())
    let directory = RunDirectory(workspace.directory.file("run"), use: .resuming)
    try directory.create()
    try trainer.run(observing: { _ in })
    try directory.save(trainer, copyingWeights: false)
    try workspace.forgetChecksums(of: 4, in: directory)
    func load() throws { try directory.load(4, into: trainer) }
    // A run of one replica does not go on with eight.
    let single = try workspace.trainer(workspace.plan(steps: 4))
    #expect(throws: ReplicaCountError(found: 8, expected: 1)) { try directory.load(4, into: single) }
    // Nor does one of eight with the file of another replica, or with one missing.
    let (fifth, sixth) = (directory.state(4, replica: 5), directory.state(4, replica: 6))
    try FileManager.default.removeItem(atPath: fifth)
    try FileManager.default.copyItem(atPath: sixth, toPath: fifth)
    guard case .invalidField("rank of the process", 6, _) = expectFileError(fifth, load) else {
      Issue.record("the state of another replica was taken")
      return
    }
    try FileManager.default.removeItem(atPath: fifth)
    #expect(expectFileError(fifth, load) == .notFound)
  }
}
