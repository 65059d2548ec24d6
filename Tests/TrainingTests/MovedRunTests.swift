import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2TrainingCore

/// A run's directory that is moved while it goes on, and its lock.
@Suite struct MovedRunTests {
  private let workspace: TrainingWorkspace
  private var path: String { workspace.directory.file("run") }

  init() throws { workspace = try TrainingWorkspace() }

  /// `mv run run.old` during a run, then another run in a new `run`: both are whole, and neither has the other's files.
  @Test func aRunGoesOnWhereItsDirectoryIs() throws {
    let plan = workspace.plan(steps: 4)
    let policy = CheckpointPolicy(interval: 1, kept: 2, keepsBest: true)
    let (first, lock) = try lockedRun(plan, policy)
    var second: (TrainingRun, RunLock)?
    try first.run { event in
      guard case .step(let report) = event, report.step == 2 else { return }
      #expect(rename(path, path + ".old") == 0)
      let other = try lockedRun(workspace.plan(steps: 1), policy)
      try other.0.run { _ in }
      _ = try other.0.finish("finished") { _ in }
      second = other
    }
    _ = try first.finish("finished") { _ in }
    #expect(first.directory.placeMovedTo?.hasSuffix("/run.old") == true)
    #expect(second?.0.directory.placeMovedTo == nil)
    let (old, new) = (RunDirectory(path + ".old"), RunDirectory(path))
    #expect(try old.checkpoints() == [3, 4])
    #expect(try new.checkpoints() == [1])
    for (directory, steps) in [(old, 4), (new, 1)] {
      let point = try ResumePoint(RunDirectory(directory.path, use: .resuming))
      #expect(point.step == steps)
      let records = try String(contentsOfFile: directory.metrics, encoding: .utf8).split(separator: "\n")
      #expect(records.filter { $0.contains("\"step\"") && $0.contains("\"event\":\"step\"") }.count == steps)
      #expect(records.last?.contains("\"end\"") == true)
    }
    #expect(try workspace.names(in: "run.old").contains(RunLock.name))
    #expect(try workspace.names(in: "run").contains(RunLock.name))
    withExtendedLifetime((lock, second)) {}
  }

  @Test func aLockIsRemovedOnlyWhereItIs() throws {
    try RunDirectory(path).create()
    var first: RunLock? = try RunLock(path)
    #expect(rename(path, path + ".old") == 0)
    try RunDirectory(path).create()
    let second = try RunLock(path)
    withExtendedLifetime(first) {}
    first = nil
    #expect(try workspace.names(in: "run.old").isEmpty)
    #expect(try workspace.names(in: "run") == [RunLock.name])
    expectFileError(path) { _ = try RunLock(path) }
    withExtendedLifetime(second) {}
  }

  @Test func aLockFollowsNoLink() throws {
    try RunDirectory(path).create()
    let victim = try workspace.directory.write([7, 8], to: "victim")
    #expect(symlink(victim, path + "/run.lock") == 0)
    #expect(
      expectFileError(path + "/run.lock") { _ = try RunLock(path) }
        == .mismatch(found: "a symbolic link", expected: "a file, or none", advice: "remove the link"))
    #expect(try workspace.bytes(victim) == Data([7, 8]))
  }

  /// As on file systems whose servers know no locks.
  @Test(arguments: [ENOSYS, EOPNOTSUPP, ENOLCK])
  func whereThereAreNoLocksAFileSaysWhoseItIs(reason: Int32) throws {
    try RunDirectory(path).create()
    let refused: (Int32) -> Bool = { _ in
      errno = reason
      return false
    }
    var first: RunLock? = try RunLock(path, by: refused)
    #expect(first?.note?.contains("no locks") == true)
    let cause = expectFileError(path) { _ = try RunLock(path, by: refused) }
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(found.contains("\(ProcessInfo.processInfo.processIdentifier) on "))
    withExtendedLifetime(first) {}
    first = nil
    #expect(try workspace.names(in: "run").isEmpty)
    #expect(try RunLock(path).note == nil)
  }

  @Test func anotherReasonIsAnError() throws {
    try RunDirectory(path).create()
    let cause = expectFileError(path + "/run.lock") {
      _ = try RunLock(path) { _ in
        errno = EIO
        return false
      }
    }
    #expect(cause == .system(operation: "locking it", code: EIO))
  }

  private func lockedRun(_ plan: TrainingPlan, _ policy: CheckpointPolicy) throws -> (TrainingRun, RunLock) {
    let directory = RunDirectory(path)
    try directory.create()
    let lock = try RunLock(path)
    let trainer = try workspace.trainer(plan)
    let held = directory.held(by: lock)
    return (try TrainingRun(trainer, in: held, policy: policy, opening: []), lock)
  }
}
