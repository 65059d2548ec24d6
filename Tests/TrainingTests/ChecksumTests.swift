import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2TrainingCore

/// What a checkpoint says of its files, so that damage is not resumed.
@Suite struct ChecksumTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  private func run(steps: Int = 3, emaDecay: Float? = nil) throws -> RunDirectory {
    var plan = workspace.plan(steps: steps)
    plan.emaDecay = emaDecay
    let run = try workspace.run(
      try workspace.trainer(plan), in: "run", use: .new, CheckpointPolicy(interval: 2))
    try run.run { _ in }
    return run.directory
  }

  private func verify(_ directory: RunDirectory) throws -> [RunFileCheck] {
    var checks: [RunFileCheck] = []
    try directory.verify { checks.append($0) }
    return checks
  }

  private func flip(_ path: String, at fraction: Double) throws {
    var bytes = try workspace.bytes(path)
    bytes[min(bytes.count - 1, Int(Double(bytes.count) * fraction))] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  /// Each file of each checkpoint, with lines that `xxhsum -c` reads.
  @Test func everyFileIsThereWithItsChecksum() throws {
    let directory = try run(emaDecay: 0.9)
    let lines = try String(contentsOfFile: directory.done(3), encoding: .utf8).split(separator: "\n")
    let names = [
      "model_00000003.bin", "state_00000003_00000.bin", "ema_00000003.bin", "progress_00000003.json",
    ]
    #expect(lines.count == names.count)
    for (line, name) in zip(lines, names) {
      #expect(line == "\(try FileChecksum.of(directory.path + "/" + name))  \(name)")
    }
    let checks = try verify(directory)
    #expect(checks.count == 2 * names.count && checks.allSatisfy { $0.outcome == .asWritten })
  }

  /// One bit anywhere, which no reader would notice: the run does not go on, and `verify` finds it.
  @Test(arguments: ["model", "state", "progress"], [0.999, 0.5])
  func aFlippedBitIsFound(kind: String, place: Double) throws {
    let directory = try run()
    let path = ["model": directory.model(3), "state": directory.state(3)][kind] ?? directory.progress(3)
    try flip(path, at: place)
    let cause = expectFileError(path) { _ = try workspace.resumed("run", plan: workspace.plan(steps: 5)) }
    guard case .mismatch(let found, _, let advice) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    #expect(found.hasPrefix("XXH64 ") && advice.contains("DONE_00000003"))
    let wrong = try verify(directory).filter(\.outcome.isWrong)
    #expect(wrong.map(\.path) == [path])
    // From the checkpoint before it goes on, as it is advised.
    try FileManager.default.removeItem(atPath: directory.done(3))
    #expect(try workspace.resumed("run", plan: workspace.plan(steps: 5)).stepsMade == 2)
  }

  @Test func aMissingFileIsFound() throws {
    let directory = try run()
    try FileManager.default.removeItem(atPath: directory.progress(2))
    let wrong = try verify(directory).filter(\.outcome.isWrong)
    #expect(wrong.map(\.path) == [directory.progress(2)])
  }

  /// llm.c's mark is empty.
  @Test func aCheckpointWithoutChecksumsGoesOn() throws {
    let directory = try run()
    try Data().write(to: URL(fileURLWithPath: directory.done(3)))
    try flip(directory.state(3), at: 0.5)
    let trainer = try workspace.trainer(workspace.plan(steps: 5))
    #expect(try !RunDirectory(directory.path, use: .resuming).load(3, into: trainer))
    let checks = try verify(directory)
    #expect(checks.last == RunFileCheck(directory.done(3), .hasNoChecksums))
    #expect(checks.dropLast().allSatisfy { $0.outcome == .asWritten })
  }

  @Test(arguments: [
    "nonsense", "0123456789abcdef model_00000003.bin", "0123456789abcde  model_00000003.bin",
    "0123456789abcdef  model_00000002.bin", "0123456789abcdef  ../model_00000003.bin",
    "0123456789abcdef  other.bin", "0123456789abcdef  ",
  ])
  func aDamagedRecordIsRefused(line: String) throws {
    let directory = try run()
    try Data((line + "\n").utf8).write(to: URL(fileURLWithPath: directory.done(3)))
    let cause = expectFileError(directory.done(3)) {
      _ = try workspace.resumed("run", plan: workspace.plan(steps: 5))
    }
    guard case .mismatch = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    #expect(try verify(directory).filter(\.outcome.isWrong).map(\.path) == [directory.done(3)])
  }

  /// Cut where a line ends, it would say of the other files that they need not be checked.
  @Test(arguments: [1, 2])
  func aRecordThatLacksLinesIsRefused(lines: Int) throws {
    let directory = try run()
    let whole = try String(contentsOfFile: directory.done(3), encoding: .utf8)
    let some = whole.split(separator: "\n").prefix(lines).map { $0 + "\n" }.joined()
    try Data(some.utf8).write(to: URL(fileURLWithPath: directory.done(3)))
    let cause = expectFileError(directory.done(3)) {
      _ = try workspace.resumed("run", plan: workspace.plan(steps: 5))
    }
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("expected a mismatch, found \(String(describing: cause))")
      return
    }
    #expect(found.hasPrefix("only model_00000003.bin"))
    #expect(try verify(directory).filter(\.outcome.isWrong).map(\.path) == [directory.done(3)])
  }

  @Test func aMarkWithoutItsFilesIsFound() throws {
    let directory = try run()
    try Data().write(to: URL(fileURLWithPath: directory.done(3)))
    try FileManager.default.removeItem(atPath: directory.model(3))
    #expect(try verify(directory).filter(\.outcome.isWrong).map(\.path) == [directory.model(3)])
  }

  @Test func aDirectoryWithoutCheckpointsIsRefused() throws {
    let directory = RunDirectory(workspace.directory.path)
    guard case .mismatch = expectFileError(directory.path, { _ = try verify(directory) }) else {
      Issue.record("expected a mismatch")
      return
    }
  }
}
