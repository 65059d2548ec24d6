import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2TrainingCore

/// What a run remembers of its beginning, and where it goes on.
@Suite struct RunPlanTests {
  private let workspace: TrainingWorkspace
  private let options = [
    PlanOption("--model", .impossible), PlanOption("--data", .data, isPath: true),
    PlanOption("--steps", .free),
    PlanOption("--precision", .course),
  ]

  init() throws { workspace = try TrainingWorkspace() }

  private var directory: RunDirectory { RunDirectory(workspace.directory.file("run"), use: .resuming) }
  private let values = ["--model": "d1", "--data": "/data/a.bin", "--steps": "4"]

  /// A run of three steps, saved after the first and the last.
  private func run(_ plan: RunPlan?) throws {
    let run = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 3)), in: "run", CheckpointPolicy(interval: 1))
    try run.run { _ in }
    if let plan { try directory.keep(plan) }
  }

  @Test func itIsReadAsItWasWritten() throws {
    try directory.create()
    let plan = RunPlan(
      ["--data": "a \"b\"/ü.bin", "--steps": "-1"], directory: "/home/me", dataBeginAfter: 7)
    try directory.keep(plan)
    try directory.keep(plan)
    #expect(try RunPlan(contentsOf: directory.plan) == plan)
    let text = try String(contentsOfFile: directory.plan, encoding: .utf8)
    #expect(text.contains(#""--data" : "a \"b\"/ü.bin""#) && text.contains(#""version" : 1"#))
    #expect(try workspace.names(in: "run") == ["plan.json"], "nothing is left beside it")
  }

  @Test func aRunGoesOnFromItsLastWholeCheckpoint() throws {
    #expect(try ResumePoint(directory).saved == nil)
    try run(RunPlan(values))
    var point = try ResumePoint(directory)
    #expect(point.step == 3 && point.saved?.path == directory.model(3))
    #expect(point.saved?.replicas == 1 && point.saved?.holdsAdapters == false)
    try FileManager.default.removeItem(atPath: directory.done(3))
    point = try ResumePoint(directory)
    #expect(point.step == 2 && point.plan?.options == values)
    try FileManager.default.removeItem(atPath: directory.model(2))
    let error = #expect(throws: FileError.self) { try ResumePoint(directory) }
    #expect(error?.path == directory.model(2))
  }

  @Test func changesAreThoseThatWereGiven() throws {
    try run(RunPlan(values))
    let point = try ResumePoint(directory)
    #expect(try point.changes(to: values, of: options).isEmpty)
    #expect(try point.changes(to: [:], of: options).isEmpty, "what is left out stays")
    let changes = try point.changes(to: ["--steps": "9", "--precision": "bf16"], of: options)
    #expect(changes.map(\.description) == ["steps: 4 before, 9 now", "precision: none before, bf16 now"])
    let record = changes[1].record(after: 3)
    #expect(record.line == #"{"event":"change","now":"bf16","option":"--precision","step":3}"#)
    #expect(!point.beginsData(with: changes))
    let plan = point.plan(with: changes, to: ["--steps": "9", "--precision": "bf16"])
    #expect(plan.options == values.merging(["--steps": "9", "--precision": "bf16"]) { $1 })
    #expect(plan.dataBeginAfter == 0)
  }

  @Test func whatCannotChangeIsRefusedOnceSomethingIsSaved() throws {
    try directory.create()
    try directory.keep(RunPlan(values))
    #expect(try ResumePoint(directory).changes(to: ["--model": "d2"], of: options).count == 1)
    try run(nil)
    let error = #expect(throws: PlanError.self) {
      try ResumePoint(directory).changes(to: ["--model": "d2"], of: options)
    }
    #expect("\(try #require(error))".hasPrefix("--model: found d2, expected d1, which the run in "))
  }

  /// The step after which other data were begun with decides whether a checkpoint's place is one in them.
  @Test func dataBeginAnewUntilACheckpointKnowsThem() throws {
    try run(RunPlan(values))
    let point = try ResumePoint(directory)
    let changes = try point.changes(to: ["--data": "/data/b.bin"], of: options)
    #expect(point.beginsData(with: changes))
    let plan = point.plan(with: changes, to: ["--data": "/data/b.bin"])
    #expect(plan.dataBeginAfter == 3)
    try directory.keep(plan)
    #expect(try ResumePoint(directory).beginsData(with: []), "killed before the next checkpoint")
    try directory.keep(RunPlan(values, dataBeginAfter: 2))
    #expect(try !ResumePoint(directory).beginsData(with: []))
    // Begun from an earlier one, it is that one after which they begin.
    try directory.keep(RunPlan(values, dataBeginAfter: 9))
    let earlier = try ResumePoint(directory)
    #expect(earlier.beginsData(with: []) && earlier.plan(with: [], to: values).dataBeginAfter == 3)
  }

  @Test func aTrainerWithOtherBatchesBeginsItsData() throws {
    try run(nil)
    var plan = workspace.plan(steps: 5)
    plan.batchSize = 3
    let trainer = try workspace.trainer(plan)
    let beginning = trainer.state.data
    #expect(throws: FileError.self) { try directory.load(3, into: trainer) }
    let other = try workspace.trainer(plan)
    try directory.load(3, into: other, beginningData: true)
    #expect(other.stepsMade == 3 && other.state.data == beginning)
  }

  /// Relative paths begin where they were given, or if they are not there, here.
  @Test func pathsAreFoundFromElsewhere() throws {
    let home = workspace.directory.file("")
    let folder = home.hasSuffix("/") ? String(home.dropLast()) : home
    let plan = RunPlan([:], directory: folder)
    #expect(plan.located("tokens_*.bin") == folder + "/tokens_*.bin")
    #expect(plan.located("/tokens_a.bin") == "/tokens_a.bin")
    #expect(plan.located("d12") == "d12" && plan.located("gpt2") == "gpt2")
    #expect(plan.located("none/a.bin") == folder + "/none/a.bin")
    #expect(RunPlan([:]).located("none/a.bin") == "none/a.bin")
  }

  /// Numbers that are no steps, and a file that is not the run's.
  @Test(arguments: [
    #""dataBeginAfter": -1"#, #""dataBeginAfter": 2147483648"#, #""dataBeginAfter": 0, "replaced": [-1]"#,
    #""dataBeginAfter": 0, "replaced": [9223372036854775807]"#,
    #""dataBeginAfter": 0, "base": "../base.bin""#,
  ])
  func impossibleNumbersAreRefused(members: String) throws {
    let folder = try TemporaryDirectory()
    let text = #"{"version": 1, "options": {}, "directory": "/", \#(members)}"#
    let path = try folder.write(Array(text.utf8), to: "plan.json")
    guard case .mismatch = expectFileError(path, { _ = try RunPlan(contentsOf: path) }) else {
      Issue.record("expected a mismatch")
      return
    }
  }
}
