import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

@Suite struct TrainingRunTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  @Test func checkpointsAreWrittenAndOldOnesRemoved() throws {
    let run = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 11)), in: "run", use: .new,
      CheckpointPolicy(interval: 2, kept: 2, majorInterval: 4))
    try run.run { _ in }
    #expect(try run.directory.checkpoints() == [4, 8, 10, 11])
    for step in [4, 8, 10, 11] {
      for path in [run.directory.model(step), run.directory.state(step), run.directory.progress(step)] {
        #expect(FileManager.default.fileExists(atPath: path))
      }
    }
    #expect(try workspace.names(in: "run").count == 4 * 4 + 2)
  }

  @Test func theLogsSayWhatHappened() throws {
    var losses: [Float] = []
    let run = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 5)), in: "run", use: .new, CheckpointPolicy(interval: 3))
    try run.run { if case .step(let report) = $0 { losses.append(report.loss) } }
    _ = try run.finish("finished") { _ in }
    let log = try String(contentsOfFile: run.directory.log, encoding: .utf8).split(separator: "\n")
    #expect(log.count == 5 + 3)
    #expect(log[0].hasPrefix("s:0 tel:"))
    #expect(
      log[1] == "s:0 trl:\(String(format: "%.4f", losses[0])) lr:0.005000 norm:" + log[1].split(
        separator: ":"
      ).last!)
    #expect(
      log.map { $0.split(separator: " ")[0] } == ["s:0", "s:0", "s:1", "s:2", "s:3", "s:4", "s:4", "s:5"])
    let records = try String(contentsOfFile: run.directory.metrics, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(RunRecord.self, from: Data($0.utf8)) }
    #expect(
      records.map { "\($0.event.rawValue) \($0.step)" } == [
        "run 0", "validation 0", "step 1", "step 2", "step 3", "checkpoint 3", "step 4", "validation 4",
        "step 5",
        "checkpoint 5", "validation 5", "end 5",
      ])
    #expect(records.filter { $0.event == .step }.compactMap(\.loss) == losses)
    #expect(records.last?.reason == "finished")
  }

  @Test func theBestWeightsAreKept() throws {
    var best: (step: Int, loss: Float) = (0, .infinity)
    let trainer = try workspace.trainer(workspace.plan(steps: 20))
    let run = try workspace.run(trainer, in: "run", use: .new, CheckpointPolicy(keepsBest: true))
    var atBest: [Float] = []
    try run.run {
      guard case .validation(let step, let loss, _, let isBest) = $0 else { return }
      #expect(isBest == (loss < best.loss))
      if loss < best.loss {
        best = (step, loss)
        atBest = trainer.model.parameters.copy(of: .fcw)
      }
    }
    #expect(trainer.progress.best == .init(step: best.step, loss: best.loss))
    #expect(best.step > 0, "training helps at first")
    #expect(try workspace.names(in: "run").filter { $0.hasPrefix("best_") }.count == 1)
    #expect(try Checkpoint.read(run.directory.best(best.step)).copy(of: .fcw) == atBest)
  }

  /// An update of many batches may take hours. What is given up leaves all as it was, and is made anew.
  @Test(arguments: [1, 3])
  func aStopWithinAnUpdateLosesNoBit(replicas: Int) throws {
    var plan = workspace.plan(steps: 4)
    plan.replicas = replicas
    let whole = try workspace.trainer(plan)
    try whole.run { _ in }
    for asked in 1...8 {
      let trainer = try workspace.trainer(plan)
      // Once before each step, and once before each of its three batches.
      var (asks, steps) = (0, 0)
      func isInterrupted() -> Bool {
        if steps == 2 { asks += 1 }
        return asks == asked
      }
      try trainer.run(isInterrupted: isInterrupted) { if case .step = $0 { steps += 1 } }
      #expect(trainer.stepsMade == (asked <= 4 ? 2 : 4))
      try trainer.run { _ in }
      #expect(trainer.weightsChecksum == whole.weightsChecksum)
      #expect(trainer.state.data == whole.state.data)
    }
  }

  @Test func aRunThatNoLongerImprovesEnds() throws {
    var plan = workspace.plan(steps: 400)
    plan.patience = 2
    plan.learningRate = LearningRateSchedule(
      shape: .constant, peak: 3e-2, warmUpSteps: 0, steps: 400, finalFraction: 1)
    let trainer = try workspace.trainer(plan)
    var losses: [Float] = []
    try trainer.run { if case .validation(_, let loss, _, _) = $0 { losses.append(loss) } }
    #expect(trainer.hasLostPatience && trainer.isOver)
    #expect(trainer.stepsMade < 400 && trainer.stepsMade % 4 == 0)
    let best = try #require(losses.dropLast(2).min())
    #expect(losses.suffix(2).allSatisfy { $0 >= best })
  }

  @Test func whatCannotBeWrittenIsSaidAndTheRunGoesOn() throws {
    let run = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 4)), in: "run", use: .new, CheckpointPolicy(interval: 2))
    // Something that no rename can replace is in the way.
    try FileManager.default.createDirectory(
      atPath: run.directory.model(2), withIntermediateDirectories: false)
    var problems: [FileError] = []
    try run.run { if case .problem(let error) = $0 { problems.append(error) } }
    #expect(problems.map(\.path) == [run.directory.model(2)])
    #expect(try run.directory.checkpoints() == [4])
  }

  /// The last step's checkpoint cannot be written at first, and is at the end: no more are kept than else.
  @Test func afterAFailedSaveNoMoreAreKept() throws {
    let run = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 3)), in: "run", use: .new,
      CheckpointPolicy(interval: 1, kept: 2))
    try FileManager.default.createDirectory(
      atPath: run.directory.model(3), withIntermediateDirectories: false)
    try run.run { _ in }
    #expect(try run.directory.checkpoints() == [1, 2])
    try FileManager.default.removeItem(atPath: run.directory.model(3))
    #expect(try run.finish("finished") { _ in } == nil)
    #expect(try run.directory.checkpoints() == [2, 3])
  }

  #if os(Linux) && compiler(>=6.2)
    /// A disk that is full when all but the run's end is written, played by a limit on the size of files.
    @Test func anEndThatTheLogDoesNotTakeIsKnown() async {
      await #expect(processExitsWith: .success) {
        let workspace = try TrainingWorkspace()
        signal(SIGXFSZ, SIG_IGN)
        let run = try workspace.run(try workspace.trainer(workspace.plan(steps: 2)), in: "run", use: .new)
        try run.run { _ in }
        var limit = rlimit(rlim_cur: 10, rlim_max: .max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        #expect(try run.finish("finished") { _ in } == nil)
        #expect(
          run.logFailures == [
            FileError(run.directory.metrics, .system(operation: "writing to it", code: EFBIG))
          ])
      }
    }
  #endif

  @Test func aReplacedRunIsThereUntilItsSuccessorHasACheckpoint() throws {
    try workspace.run(try workspace.trainer(workspace.plan(steps: 9)), in: "run").run { _ in }
    let directory = RunDirectory(workspace.directory.file("run"))
    var stepsSeen = 0
    let second = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 4)), in: "run", use: .replacing,
      CheckpointPolicy(interval: 3))
    try second.run(isInterrupted: { stepsSeen == 2 }) { if case .step = $0 { stepsSeen += 1 } }
    #expect(try directory.checkpoints() == [9])
    try second.run { _ in }
    #expect(try directory.checkpoints() == [3, 4])
  }

  /// Killed before its first checkpoint, a run that replaces another begins again; it never goes on with the other's.
  @Test(arguments: [true, false])
  func checkpointsOfAReplacedRunAreNotTakenForItsSuccessors(isKilled: Bool) throws {
    try workspace.run(try workspace.trainer(workspace.plan(steps: 9)), in: "run").run { _ in }
    let plan = workspace.plan(steps: 4)
    let replacing = RunDirectory(workspace.directory.file("run"), use: .replacing)
    try replacing.keep(RunPlan(["--steps": "4"]))
    var stepsSeen = 0
    let killed = try workspace.run(try workspace.trainer(plan), in: "run", use: .replacing)
    try killed.run(isInterrupted: { stepsSeen == 2 }) { if case .step = $0 { stepsSeen += 1 } }
    if !isKilled { _ = try killed.finish("interrupted") { _ in } }

    let directory = RunDirectory(replacing.path, use: .resuming)
    let point = try ResumePoint(directory)
    #expect(point.step == (isKilled ? 0 : 2))
    #expect(try directory.checkpoints() == [isKilled ? 9 : 2])
    // Going on with other options keeps in mind whose checkpoints those are.
    let change = PlanChange(option: PlanOption("--steps", .free), before: "4", now: "5")
    try directory.keep(point.plan(with: [change], to: ["--steps": "5"]))
    #expect(try ResumePoint(directory).step == point.step)
    let again = try workspace.run(try workspace.trainer(plan), in: "run", use: .resuming)
    if let saved = point.saved { try directory.load(saved.step, into: again.trainer) }
    try again.run { _ in }
    #expect(try directory.checkpoints() == (isKilled ? [4] : [2, 4]))
    #expect(try ResumePoint(directory).step == 4)
    #expect(try RunPlan(contentsOf: directory.plan) == RunPlan(["--steps": "5"]))
  }

  @Test func leftoversOfAKilledWriterAreRemovedAndOtherFilesAreNot() throws {
    let directory = RunDirectory(workspace.directory.file("run"))
    try directory.create()
    for name in [
      "model_00000003.bin.partial-1x", "state_00000003_00000.bin.partial-zz", "mine.partial-1",
      "tokenizer.bin.partial-2", "tokenizer.gguf.partial-3", "template.json.partial-4",
    ] {
      try Data().write(to: URL(fileURLWithPath: directory.path + "/" + name))
    }
    _ = try workspace.run(try workspace.trainer(workspace.plan(steps: 3)), in: "run")
    #expect(try workspace.names(in: "run") == ["main.log", "metrics.jsonl", "mine.partial-1"])
  }

  /// A kill between a checkpoint and the removal of those that it supersedes: going on makes up for it, also where
  /// nothing is left to do.
  @Test func whatAKilledRunNoLongerKeepsIsRemoved() throws {
    let plan = workspace.plan(steps: 3)
    let run = try workspace.run(
      try workspace.trainer(plan), in: "run", use: .resuming, CheckpointPolicy(interval: 1))
    try run.run { _ in }
    #expect(try run.directory.checkpoints() == [1, 2, 3])
    _ = try workspace.run(
      try workspace.resumed("run", plan: plan), in: "run", use: .resuming,
      CheckpointPolicy(interval: 1, kept: 2))
    #expect(try run.directory.checkpoints() == [2, 3])
  }

  /// A kill at each of the removals of a superseded checkpoint of two replicas: whatever is left of it, going on removes,
  /// and nothing else.
  @Test(arguments: 0...6)
  func aRemovalThatWasCutOffIsMadeUpFor(removed: Int) throws {
    let plan = workspace.plan(steps: 3)
    let run = try workspace.run(
      try workspace.trainer(plan), in: "run", use: .resuming, CheckpointPolicy(interval: 1))
    try run.run { _ in }
    let directory = run.directory
    func make(_ name: String) throws {
      try Data().write(to: URL(fileURLWithPath: directory.path + "/" + name))
    }
    let others = ["model_1.bin", "mine_00000001.bin", "model_000000001.bin", "best_00000003.bin"]
    for name in others { try make(name) }
    for path in [directory.state(1, replica: 1), directory.average(1)] {
      try Data().write(to: URL(fileURLWithPath: path))
    }
    let kept = try workspace.names(in: "run").filter { !$0.contains("_00000001") || others.contains($0) }
    let paths = [
      directory.done(1), directory.model(1), directory.average(1), directory.progress(1), directory.state(1),
      directory.state(1, replica: 1),
    ]
    for path in paths[..<removed] { try FileManager.default.removeItem(atPath: path) }

    let again = try workspace.run(
      try workspace.resumed("run", plan: plan), in: "run", use: .resuming,
      CheckpointPolicy(interval: 1, kept: 2))
    #expect(try workspace.names(in: "run") == kept)
    #expect(again.removedLeftovers.count == (removed == 0 ? 0 : paths.count - removed))
  }

  /// A kill while a checkpoint is written leaves files that later steps need not replace.
  @Test func whatWasNotWrittenToItsEndIsRemovedButNeverAnotherRuns() throws {
    let plan = workspace.plan(steps: 3)
    let run = try workspace.run(
      try workspace.trainer(plan), in: "run", use: .resuming, CheckpointPolicy(interval: 2))
    try run.run { _ in }
    let whole = try workspace.names(in: "run")
    let halves = ["model_00000007.bin", "state_00000007_00000.bin", "best_00000001.bin"]
    for name in halves + ["best_00000002.bin"] {
      try Data().write(to: URL(fileURLWithPath: run.directory.path + "/" + name))
    }
    let again = try workspace.run(try workspace.resumed("run", plan: plan), in: "run", use: .resuming)
    #expect(again.removedLeftovers == halves.sorted())
    #expect(try workspace.names(in: "run") == (whole + ["best_00000002.bin"]).sorted())

    // Where no run of ours has been, a model is somebody's own.
    let other = RunDirectory(workspace.directory.file("other"))
    try other.create()
    try Data([1]).write(to: URL(fileURLWithPath: other.model(5)))
    _ = try workspace.run(try workspace.trainer(plan), in: "other", use: .resuming)
    #expect(try workspace.names(in: "other") == ["main.log", "metrics.jsonl", "model_00000005.bin"])
  }

  /// With no time to wait a checkpoint after each step, of which only the last stays; not a bit is another.
  @Test func whatIsMadeByTimeStaysUntilTheNext() throws {
    let plan = workspace.plan(steps: 6)
    try workspace.run(try workspace.trainer(plan), in: "plain").run { _ in }
    let policy = CheckpointPolicy(longestWait: .zero)
    let run = try workspace.run(try workspace.trainer(plan), in: "run", use: .resuming, policy)
    try run.directory.keep(RunPlan(["--steps": "6"]))
    var (stepsSeen, reasons) = (0, [CheckpointReason]())
    try run.run(isInterrupted: { stepsSeen == 3 }) {
      if case .step = $0 { stepsSeen += 1 }
      if case .checkpoint(_, _, let reason) = $0 { reasons.append(reason) }
    }
    #expect(reasons == [.timed, .timed, .timed])
    #expect(try run.directory.checkpoints() == [3])
    // As after a kill: the next one takes its place, too, and the last is an ordinary one.
    let again = try workspace.run(try workspace.resumed("run", plan: plan), in: "run", use: .resuming, policy)
    try again.run { _ in }
    #expect(try again.directory.checkpoints() == [6])
    #expect(try RunPlan(contentsOf: again.directory.plan) == RunPlan(["--steps": "6"]))
    let plain = RunDirectory(workspace.directory.file("plain"))
    for (one, other) in [
      (plain.model(6), again.directory.model(6)), (plain.state(6), again.directory.state(6)),
      (plain.progress(6), again.directory.progress(6)),
    ] { #expect(try workspace.bytes(one) == workspace.bytes(other)) }
  }

  /// What a run ends with stays, whatever it was made for.
  @Test func whatARunEndsWithStays() throws {
    let policy = CheckpointPolicy(longestWait: .zero)
    let plan = workspace.plan(steps: 6)
    let run = try workspace.run(try workspace.trainer(plan), in: "run", use: .resuming, policy)
    try run.directory.keep(RunPlan([:]))
    var stepsSeen = 0
    try run.run(isInterrupted: { stepsSeen == 2 }) { if case .step = $0 { stepsSeen += 1 } }
    _ = try run.finish("interrupted") { _ in }
    let again = try workspace.run(try workspace.resumed("run", plan: plan), in: "run", use: .resuming, policy)
    try again.run { _ in }
    #expect(try again.directory.checkpoints() == [2, 6])
  }

  @Test func aReplacedRunsBestGoesWithIt() throws {
    let first = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 9)), in: "run", use: .new, CheckpointPolicy(keepsBest: true)
    )
    try first.run { _ in }
    #expect(try !first.directory.bestSteps().isEmpty)
    let second = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 2)), in: "run", use: .replacing)
    try second.run { _ in }
    #expect(try second.directory.bestSteps().isEmpty)
    #expect(try second.directory.checkpoints() == [2])
  }

  @Test func aDirectoryHasOneRunAtATime() throws {
    let path = workspace.directory.file("run")
    try RunDirectory(path).create()
    var first: RunLock? = try RunLock(path)
    let cause = expectFileError(path) { _ = try RunLock(path) }
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("expected a mismatch")
      return
    }
    #expect(found.contains("\(ProcessInfo.processInfo.processIdentifier)"))
    withExtendedLifetime(first) {}
    first = nil
    _ = try RunLock(path)
    #expect(try workspace.names(in: "run").isEmpty)
  }

  @Test func numbersThatDoNotCountAreNotCheckpoints() throws {
    let directory = RunDirectory(workspace.directory.file("run"))
    try directory.create()
    for name in ["DONE_00000012", "DONE_123", "DONE_0000000x", "DONE_00000003.partial-1", "DONE_123456789"] {
      try Data().write(to: URL(fileURLWithPath: directory.path + "/" + name))
    }
    #expect(try directory.checkpoints() == [12, 123_456_789])
  }
}
