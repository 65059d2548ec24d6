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

/// Processes that train apart, and bring together what they have learnt every so many steps.
@Suite struct LocalStepsTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  struct Kind: Sendable, CustomTestStringConvertible {
    var method = Optimizer.Method.adamW
    var rank: Int?
    var processes = 2
    var precision = Precision.fp32
    var copiesWeights = false

    var testDescription: String {
      "\(method) rank \(rank ?? 0) on \(processes) \(precision) \(copiesWeights)"
    }
  }

  private static let kinds = [
    Kind(), Kind(method: .muon, processes: 4), Kind(rank: 2), Kind(processes: 1), Kind(precision: .bf16),
    Kind(method: .norMuon, copiesWeights: true),
  ]

  private static func plan(
    _ kind: Kind, steps: Int, local: OuterSettings?
  ) throws -> TrainingPlan {
    TrainingPlan(
      batchSize: 1, sequenceLength: 9, accumulation: 2 * kind.processes, replicas: kind.processes,
      exchange: ExchangeSettings(precision: kind.precision), outer: local, steps: steps,
      learningRate: LearningRateSchedule(
        shape: .constant, peak: 1e-2, warmUpSteps: 1, steps: 100, finalFraction: 0.1),
      optimizer: Optimizer.Settings(method: kind.method, weightDecay: 0.1),
      trained: kind.rank == nil ? .all : .none,
      adapters: try kind.rank.map {
        try AdapterLayout(
          Checkpoint.configuration(of: TestFiles.fixture("awkward.bin")), rank: $0, alpha: 4,
          targets: AdapterLayout.possibleTargets)
      },
      validationInterval: 3, validationBatches: 5, sampleInterval: nil, sampleLength: 4, seed: 1)
  }

  private static func trainer(
    _ plan: TrainingPlan, _ workspace: TrainingWorkspace, _ communicator: any Communicator,
    weights: Parameters? = nil
  ) throws -> Trainer {
    let loaders = try (0..<plan.replicas).map { replica in
      try DataLoader(
        pattern: workspace.pattern, batchSize: 1, sequenceLength: 9, shuffling: true, processRank: replica,
        processCount: plan.replicas)
    }
    let validation = try DataLoader(
      pattern: workspace.validation, batchSize: 1, sequenceLength: 9, shuffling: false)
    return try Trainer(
      Model(
        try weights ?? workspace.fixture(),
        adapters: try plan.adapters.map { try LowRankAdapters(random: $0) }, on: Workers(count: 1)),
      plan: plan, data: ReplicaData(loaders), watchedBy: TrainingWatch(validation: validation),
      sharedBy: communicator)
  }

  private static func weights(_ trainer: Trainer) -> [Float] {
    trainer.model.adapters?.copy() ?? trainer.model.parameters.copy()
  }

  /// What each process makes of it in so many steps.
  private func weights(_ kind: Kind, steps: Int, local: OuterSettings?) throws -> [[Float]] {
    let plan = try Self.plan(kind, steps: steps, local: local)
    let workspace = workspace
    return try ThreadJob.run(processes: kind.processes) { communicator in
      let trainer = try Self.trainer(plan, workspace, communicator)
      try trainer.run { _ in }
      return Self.weights(trainer)
    }
  }

  /// The weights that process `rank` would have by itself, without any exchange.
  private func alone(_ kind: Kind, rank: Int, steps: Int) throws -> [Float] {
    var plan = try Self.plan(kind, steps: steps, local: nil)
    (plan.replicas, plan.accumulation) = (1, 2)
    let source = try DataLoader(
      pattern: workspace.pattern, batchSize: 1, sequenceLength: 9, shuffling: true, processRank: rank,
      processCount: kind.processes)
    let trainer = try Trainer(
      Model(
        try workspace.fixture(), adapters: try plan.adapters.map { try LowRankAdapters(random: $0) },
        on: Workers(count: 1)),
      plan: plan, data: ReplicaData(source), watchedBy: TrainingWatch())
    try trainer.run { _ in }
    return Self.weights(trainer)
  }

  /// One exchange after three steps: in double precision, from what each process would have without it.
  @Test(arguments: [Kind(), Kind(method: .muon, processes: 4), Kind(rank: 2), Kind(processes: 1)])
  func anExchangeIsAStepOfNesterovOnTheMeanChange(kind: Kind) throws {
    let (rate, momentum) = (0.7, 0.9)
    let start = Self.weights(
      try Self.trainer(try Self.plan(kind, steps: 1, local: nil), workspace, OneProcess()))
    let apart = try (0..<kind.processes).map { try alone(kind, rank: $0, steps: 3) }
    let outcomes = try weights(kind, steps: 3, local: OuterSettings(localSteps: 3))
    #expect(Set(outcomes.map { $0.map(\.bitPattern) }).count == 1, "all processes have the same")
    for (index, value) in (outcomes.first ?? []).enumerated() {
      let anchor = Double(start[index])
      let mean = apart.reduce(0.0) { $0 + anchor - Double($1[index]) } / Double(kind.processes)
      // The first velocity is the change itself.
      let expected = anchor - rate * (mean + momentum * mean)
      #expect(abs(Double(value) - expected) < 1e-6 * max(1, abs(anchor)))
    }
  }

  /// The velocity is carried from one exchange to the next.
  @Test func theVelocityGoesOn() throws {
    let parameters = try workspace.fixture()
    let optimizer = try Optimizer(parameters.configuration, settings: Optimizer.Settings())
    let outer = try OuterOptimizer(
      OuterSettings(localSteps: 1, learningRate: 0.5, momentum: 0.8), for: optimizer)
    let scratch = try Parameters(zeroed: parameters.configuration)
    outer.begin(parameters, nil, trainedBy: optimizer)
    var random = SeededRandom(seed: 3)
    var anchor = parameters.copy().map(Double.init)
    var velocity = anchor.map { _ in 0.0 }
    for _ in 0..<5 {
      for index in parameters.values.indices {
        let moved = Float.random(in: -1...1, using: &random)
        parameters.values[index] += moved
        let change = anchor[index] - Double(parameters.values[index])
        velocity[index] = 0.8 * velocity[index] + change
        anchor[index] -= 0.5 * (change + 0.8 * velocity[index])
      }
      try outer.update(
        parameters, nil, trainedBy: optimizer, using: scratch, sharedBy: OneProcess(), precision: .fp32,
        on: Workers(count: 2))
      for (value, expected) in zip(parameters.copy(), anchor) {
        #expect(abs(Double(value) - expected) < 1e-4)
      }
    }
  }

  /// With η = 1 and μ = 0 the weights become their mean.
  @Test func withoutMomentumAndAtRateOneWeightsAreAveraged() throws {
    let kind = Kind()
    let apart = try (0..<2).map { try alone(kind, rank: $0, steps: 1) }
    let outcome = try #require(
      try weights(kind, steps: 1, local: OuterSettings(localSteps: 1, learningRate: 1, momentum: 0)).first)
    #expect(apart[0] != apart[1])
    for (index, value) in outcome.enumerated() {
      #expect(abs(value - (apart[0][index] + apart[1][index]) / 2) < 1e-6)
    }
  }

  /// Two exchanges every second step, then a last one for the step that is left.
  @Test(arguments: kinds)
  func aRunGoesOnFromAnExchangeToTheSameBytes(kind: Kind) throws {
    let workspace = workspace
    let policy = CheckpointPolicy(interval: 1, copiesWeights: kind.copiesWeights)
    func run(_ name: String, ends: [Int]) throws -> RunDirectory {
      let directory = RunDirectory(workspace.directory.file(name), use: .resuming)
      try directory.create()
      let plan = try Self.plan(kind, steps: 7, local: OuterSettings(localSteps: 2))
      var step: Int?
      for end in ends {
        let start = step
        _ = try ThreadJob.run(processes: kind.processes) { communicator in
          let weights = try start.flatMap { start in
            kind.rank == nil ? try Checkpoint.read(directory.model(start)) : nil
          }
          let trainer = try Self.trainer(plan, workspace, communicator, weights: weights)
          if let start {
            if let adapters = trainer.model.adapters {
              let saved = try AdapterFile.read(
                directory.adapters(start), for: trainer.model.parameters, on: Workers(count: 1))
              _ = adapters.values.update(from: saved.values)
            }
            try directory.load(start, into: trainer)
          }
          let run = try TrainingRun(
            trainer, in: directory, policy: policy, opening: [RunRecord(.run, step: start ?? 0)],
            writes: communicator.rank == 0)
          try run.run(isInterrupted: { trainer.stepsMade >= end - 1 && end < 7 }, observing: { _ in })
          #expect(try run.finish("over") { _ in } == nil)
          #expect(trainer.stepsMade == end, "an end waits for the next exchange")
        }
        step = end
      }
      return directory
    }
    let (whole, parts) = (try run("whole", ends: [7]), try run("parts", ends: [2, 6, 7]))
    #expect(try whole.checkpoints() == [2, 4, 6, 7])
    for step in [2, 4, 6, 7] {
      func files(_ directory: RunDirectory) -> [String] {
        [
          kind.rank == nil ? directory.model(step) : directory.adapters(step), directory.outer(step),
          directory.progress(step),
        ] + (0..<kind.processes).map { directory.state(step, replica: $0) }
      }
      for (one, other) in zip(files(whole), files(parts)) {
        #expect(try workspace.bytes(one) == workspace.bytes(other), "\(one)")
      }
    }
    if kind.processes > 1 {
      #expect(try workspace.bytes(whole.state(6)) != workspace.bytes(whole.state(6, replica: 1)))
    }
  }

  @Test func whatIsDueBetweenExchangesWaitsForTheNext() throws {
    let workspace = workspace
    let plan = try Self.plan(Kind(), steps: 10, local: OuterSettings(localSteps: 4))
    let outcomes = try ThreadJob.run(processes: 2) { communicator in
      let trainer = try Self.trainer(plan, workspace, communicator)
      var (steps, losses): ([Int], [Float]) = ([], [])
      try trainer.run { event in
        if case .validation(let step, let loss, _, _) = event {
          steps.append(step)
          losses.append(loss)
        }
        if case .step(let report) = event { losses += [report.loss, report.gradientNorm] }
      }
      #expect(steps == [0, 4, 8, 10])
      return losses
    }
    #expect(outcomes[0] == outcomes[1], "all go by the same numbers")
  }

  @Test func turnsBetweenExchangesAreTakenAtTheNext() {
    let policy = CheckpointPolicy(interval: 5, kept: 1, majorInterval: 10)
    let steps = stride(from: 4, through: 40, by: 4)
    #expect(steps.filter { policy.isDue(at: $0, localSteps: 4) } == [8, 12, 16, 20, 28, 32, 36, 40])
    #expect(steps.filter { policy.isMajor($0, localSteps: 4) } == [12, 20, 32, 40])
    #expect(policy.superseded([8, 12, 16], at: 16, localSteps: 4) == [8])
    #expect((1...20).filter { policy.isDue(at: $0) } == [5, 10, 15, 20])
  }

  @Test func anotherNumberOfProcessesIsRefused() throws {
    let plan = try Self.plan(Kind(processes: 4), steps: 2, local: OuterSettings(localSteps: 2))
    #expect(throws: LocalStepsError(replicas: 4, processes: 1)) {
      try Self.trainer(plan, workspace, OneProcess())
    }
    #expect(
      LocalStepsError(replicas: 4, processes: 1).description
        == "found 1 process for 4 replicas that make steps of their own, expected one process for each; start "
        + "mpirun -n 4, or a new run with other --replicas")
  }

  /// Of a run of one process with an exchange after step 2.
  private func saved() throws -> (RunDirectory, Trainer) {
    let plan = try Self.plan(Kind(processes: 1), steps: 2, local: OuterSettings(localSteps: 2))
    let trainer = try Self.trainer(plan, workspace, OneProcess())
    try trainer.run { _ in }
    let directory = RunDirectory(workspace.directory.file("run"), use: .resuming)
    try directory.create()
    try directory.save(trainer, copyingWeights: false)
    return (directory, trainer)
  }

  private func change(_ path: String, _ change: (inout Data) -> Void) throws {
    var bytes = try workspace.bytes(path)
    change(&bytes)
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test func aMissingOuterFileIsRefused() throws {
    let (directory, trainer) = try saved()
    try FileManager.default.removeItem(atPath: directory.outer(2))
    #expect(expectFileError(directory.outer(2)) { try directory.load(2, into: trainer) } == .notFound)
  }

  @Test func aDamagedOuterFileIsRefused() throws {
    let (directory, trainer) = try saved()
    try workspace.forgetChecksums(of: 2, in: directory)
    try change(directory.outer(2)) { $0[$0.count - 3] ^= 1 }
    guard case .mismatch = expectFileError(directory.outer(2), { try directory.load(2, into: trainer) })
    else {
      Issue.record("a damaged file was taken")
      return
    }
  }

  @Test func aShortOuterFileIsRefused() throws {
    let (directory, trainer) = try saved()
    try workspace.forgetChecksums(of: 2, in: directory)
    let count = try workspace.bytes(directory.outer(2)).count
    try change(directory.outer(2)) { $0.removeLast(4) }
    #expect(
      expectFileError(directory.outer(2)) { try directory.load(2, into: trainer) }
        == .wrongSize(found: count - 4, expected: count))
  }

  @Test(arguments: [(0, "magic"), (1, "version"), (2, "step"), (3, "number of values")])
  func anOuterFileOfAnotherKindIsRefused(field: Int, name: String) throws {
    let (directory, trainer) = try saved()
    try workspace.forgetChecksums(of: 2, in: directory)
    try change(directory.outer(2)) { $0[4 * field] ^= 4 }
    let cause = expectFileError(directory.outer(2)) { try directory.load(2, into: trainer) }
    switch (field, cause) {
    case (0, .some): break
    case (1, .unsupportedVersion(5, [1], _)): break
    case (2..., .invalidField(name, _, _)): break
    default: Issue.record("found \(String(describing: cause))")
    }
  }

  @Test func momentsOfTheOtherKindAreRefused() throws {
    let (directory, _) = try saved()
    let together = try Self.trainer(
      try Self.plan(Kind(processes: 1), steps: 2, local: nil), workspace, OneProcess())
    guard
      case .mismatch("moments of each replica's own steps", _, _) = expectFileError(
        directory.state(2), { try directory.load(2, into: together) })
    else {
      Issue.record("moments of steps of its own were taken")
      return
    }
    try together.run { _ in }
    let other = RunDirectory(workspace.directory.file("other"), use: .resuming)
    try other.create()
    try other.save(together, copyingWeights: false)
    let apart = try Self.trainer(
      try Self.plan(Kind(processes: 1), steps: 2, local: OuterSettings(localSteps: 2)), workspace,
      OneProcess())
    guard
      case .mismatch("moments that all replicas have in common", _, _) = expectFileError(
        other.state(2), { try other.load(2, into: apart) })
    else {
      Issue.record("moments of all were taken")
      return
    }
  }

  @Test func theStateOfAnotherReplicaIsRefused() throws {
    let kind = Kind()
    let workspace = workspace
    let plan = try Self.plan(kind, steps: 2, local: OuterSettings(localSteps: 2))
    let directory = RunDirectory(workspace.directory.file("two"), use: .resuming)
    try directory.create()
    _ = try ThreadJob.run(processes: 2) { communicator in
      let trainer = try Self.trainer(plan, workspace, communicator)
      let run = try TrainingRun(
        trainer, in: directory, policy: CheckpointPolicy(), opening: [RunRecord(.run, step: 0)],
        writes: communicator.rank == 0)
      try run.run { _ in }
      _ = try run.finish("over") { _ in }
    }
    try change(directory.state(2, replica: 1)) { $0.removeLast(4) }
    let paths = try ThreadJob.run(processes: 2) { communicator in
      let trainer = try Self.trainer(plan, workspace, communicator)
      do {
        try directory.load(2, into: trainer)
        return ""
      } catch let error as FileError {
        return error.path
      }
    }
    #expect(paths == [directory.state(2, replica: 1), directory.state(2, replica: 1)])
  }

  @Test func memoryHasTwoMoreCopiesOfWhatIsTrained() throws {
    let configuration = try workspace.fixture().configuration
    let plan = try Self.plan(Kind(), steps: 2, local: OuterSettings(localSteps: 2))
    let apart = plan.memory(for: configuration, processes: 2)
    let together = try Self.plan(Kind(), steps: 2, local: nil).memory(for: configuration, processes: 2)
    #expect(apart.outer == 2 * together.weights && together.outer == 0)
    #expect(apart.total == together.total + apart.outer)
  }
}
