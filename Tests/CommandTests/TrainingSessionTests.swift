import Foundation
import GPT2Training
import TestSupport
import Testing

/// A library's session beside the command.
@Suite struct TrainingSessionTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Weights, moments, place in the data, and what is remembered of losses: all that a checkpoint has.
  private func expectSameCheckpoint(
    _ step: String, _ one: String, _ other: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for name in ["model_\(step).bin", "state_\(step)_00000.bin", "progress_\(step).json", "DONE_\(step)"] {
      let files = try [one, other].map {
        try Data(contentsOf: URL(fileURLWithPath: workspace.directory.file($0) + "/" + name))
      }
      #expect(files[0] == files[1], "\(name)", sourceLocation: sourceLocation)
    }
  }

  /// Nothing is said but what must be: the defaults are the same.
  @Test func theDefaultsAreTheCommands() async throws {
    let command = try Command(
      "train", "--model", "d1", "--positions", "64", "--data", workspace.training, "--tokenizer",
      workspace.tokenizer, "--output", workspace.directory.file("command"))
    #expect(command.exitCode == 0, "\(command.diagnostics)")
    let data = try DataLoader(
      pattern: workspace.training, batchSize: 4, sequenceLength: 64, shuffling: true)
    let start = try StartingModel(size: "d1", positions: 64)
    let session = try TrainingSession(
      start, on: data, directory: RunDirectory(workspace.directory.file("library")))
    try await session.train()
    try expectSameCheckpoint(String(format: "%08d", session.plan.steps), "command", "library")
  }

  /// The same of much that can be said, and of tokens in memory in the place of a file's.
  @Test func aPlanIsTheCommands() async throws {
    let command = try workspace.train(
      "--steps", "12", "--learning-rate", "0.003", "--schedule", "linear", "--warm-up-steps", "3",
      "--final-learning-rate", "0.1", "--weight-decay", "0.1", "--total-batch-size", "64", "--optimizer",
      "muon", "--validation-interval", "4", "--sample-interval", "0", "--ema-decay", "0.9", "--seed", "7",
      "--precision", "bf16", "--align-documents", output: "command")
    #expect(command.exitCode == 0, "\(command.diagnostics)")
    func loader(_ path: String, shuffling: Bool) throws -> DataLoader {
      // A header of 1,024 bytes, then uint16.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).dropFirst(1024)
      let tokens = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
        Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8
      }
      return try DataLoader(tokens: tokens, batchSize: 2, sequenceLength: 16, shuffling: shuffling)
    }
    let data = try loader(workspace.training, shuffling: true)
    var plan = TrainingPlan(
      for: data, steps: 12, accumulation: 2, learningRate: 0.003, schedule: .linear, warmUpSteps: 3,
      finalFraction: 0.1, optimizer: .init(method: .muon, weightDecay: 0.1), seed: 7)
    (plan.validationInterval, plan.sampleInterval, plan.emaDecay) = (4, nil, 0.9)
    plan.documentStart = 256
    let session = try TrainingSession(
      StartingModel(size: "d1", positions: 16), on: data,
      validation: loader(workspace.validation, shuffling: false), plan: plan, precision: .bf16,
      directory: RunDirectory(workspace.directory.file("library")), threads: 1)
    try await session.train()
    try expectSameCheckpoint("00000012", "command", "library")
  }
}
