import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// A directory with token files and a tokenizer for the fixture "awkward", and what trains it.
struct TrainingWorkspace {
  let directory: TemporaryDirectory
  /// Two files of random tokens.
  var pattern: String { directory.file("tokens_*.bin") }
  var validation: String { directory.file("tokens_a.bin") }

  init() throws {
    directory = try TemporaryDirectory()
    var random = SeededRandom(seed: 5)
    for (name, count) in [("a", 150), ("b", 97)] {
      let tokens = (0..<count).map { _ in UInt16.random(in: 0..<97, using: &random) }
      try TokenFile.write(tokens, to: directory.file("tokens_\(name).bin"), replacing: false)
    }
  }

  func plan(steps: Int) -> TrainingPlan {
    TrainingPlan(
      batchSize: 2, sequenceLength: 7, accumulation: 3, steps: steps,
      learningRate: LearningRateSchedule(
        shape: .cosine, peak: 1e-2, warmUpSteps: 2, steps: 20, finalFraction: 0.1),
      optimizer: Optimizer.Settings(weightDecay: 0.1), validationInterval: 4, validationBatches: 2,
      sampleInterval: nil, sampleLength: 4, seed: 1)
  }

  func fixture() throws -> Parameters { try Checkpoint.read(TestFiles.fixture("awkward.bin")) }

  func trainer(
    _ plan: TrainingPlan, from parameters: Parameters? = nil, adapters: LowRankAdapters? = nil,
    shuffling: Bool = true
  ) throws -> Trainer {
    func loader(_ pattern: String, shuffling: Bool, rank: Int = 0, of count: Int = 1) throws -> DataLoader {
      try DataLoader(
        pattern: pattern, batchSize: plan.batchSize, sequenceLength: plan.sequenceLength,
        shuffling: shuffling,
        processRank: rank, processCount: count)
    }
    let adapters = try adapters ?? plan.adapters.map { try LowRankAdapters(random: $0) }
    return try Trainer(
      Model(try parameters ?? fixture(), adapters: adapters), plan: plan,
      data: ReplicaData(
        try (0..<plan.replicas).map {
          try loader(pattern, shuffling: shuffling, rank: $0, of: plan.replicas)
        }),
      watchedBy: TrainingWatch(validation: try loader(validation, shuffling: false)))
  }

  func run(
    _ trainer: Trainer, in name: String, use: RunDirectory.Use = .new, _ policy: CheckpointPolicy = .init()
  ) throws -> TrainingRun {
    let run = RunDirectory(directory.file(name), use: use)
    try run.create()
    return try TrainingRun(
      trainer, in: run, policy: policy, opening: [RunRecord(.run, step: trainer.stepsMade)])
  }

  /// What a process does that goes on with the run of this name.
  func resumed(_ name: String, plan: TrainingPlan, shuffling: Bool = true) throws -> Trainer {
    let run = RunDirectory(directory.file(name), use: .resuming)
    let step = try #require(try run.checkpoints().last)
    let trainer: Trainer
    if plan.adapters == nil {
      trainer = try self.trainer(plan, from: try Checkpoint.read(run.model(step)), shuffling: shuffling)
    } else {
      let base = try fixture()
      let adapters = try AdapterFile.read(run.adapters(step), for: base, on: Workers())
      trainer = try self.trainer(plan, from: base, adapters: adapters, shuffling: shuffling)
    }
    try run.load(step, into: trainer)
    return trainer
  }

  /// As llm.c would have left a checkpoint, so that what readers say of a damaged file can be seen.
  func forgetChecksums(of step: Int, in run: RunDirectory) throws {
    try Data().write(to: URL(fileURLWithPath: run.done(step)))
  }

  func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.file(name)).sorted()
  }
}
