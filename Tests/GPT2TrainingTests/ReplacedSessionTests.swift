import Foundation
import GPT2Training
import TestSupport
import Testing

/// A session that replaces a run, where something fails before it has a checkpoint; the command's are in ReplacedRunTests.
@Suite struct ReplacedSessionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ name: String) -> String { directory.file("run/" + name) }
  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

  private func session(use: RunDirectory.Use, seed: UInt32) throws -> TrainingSession {
    let data = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 16)
    var plan = TrainingPlan(for: data, steps: 2, learningRate: 1e-2, seed: seed)
    (plan.validationInterval, plan.sampleInterval) = (nil, nil)
    return try TrainingSession(
      Story.model(), on: data, plan: plan, directory: RunDirectory(directory.file("run"), use: use),
      checkpoints: CheckpointPolicy(), threads: 2)
  }

  private func putFolder(inPlaceOf name: String) throws {
    try FileManager.default.removeItem(atPath: file(name))
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: false)
  }

  private func expectFailure(naming words: String, of session: TrainingSession) async {
    await #expect {
      try await session.train()
    } throws: { error in
      "\(error)".contains(words)
    }
  }

  /// Where its plan cannot be written, the old run has all that is its own.
  @Test func untilThePlanSaysSoNothingIsReplaced() async throws {
    try await session(use: .new, seed: 42).train()
    let names = ["tokenizer.bin", "metrics.jsonl", "main.log", "model_00000002.bin"]
    let before = try names.map(bytes)
    try putFolder(inPlaceOf: "plan.json")
    await expectFailure(
      naming: "plan.json: found a directory", of: try session(use: .replacing, seed: 7))
    #expect(try names.map(bytes) == before)
  }

  /// Where it fails after that, who goes on does not take the old run's log for its own.
  @Test func whatIsReplacedIsNotGoneOnWith() async throws {
    try await session(use: .new, seed: 42).train()
    let tokenizer = try bytes("tokenizer.bin")
    try putFolder(inPlaceOf: "tokenizer.bin")
    await expectFailure(
      naming: "tokenizer.bin: found a directory", of: try session(use: .replacing, seed: 7))
    try FileManager.default.removeItem(atPath: file("tokenizer.bin"))
    try tokenizer.write(to: URL(fileURLWithPath: file("tokenizer.bin")))
    try await session(use: .resuming, seed: 7).train()
    let metrics = String(decoding: try bytes("metrics.jsonl"), as: UTF8.self)
    #expect(metrics.split(separator: "\n").filter { $0.contains(#""event":"run""#) }.count == 1)
  }
}
