import Foundation
import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Transformer
import TestSupport
import Testing

@testable import GPT2TrainingCore

/// A run that replaces another takes the names of its checkpoints one by one.
@Suite struct SetAsideTests {
  let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  /// Of each file that belongs to a checkpoint, its bytes.
  private static func files(_ directory: RunDirectory) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
      RunFileName($0) != nil
    }
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: directory.path + "/" + $0)))
      })
  }

  private func replaced() throws -> RunDirectory {
    try workspace.run(
      try workspace.trainer(workspace.plan(steps: 4)), in: "run", use: .new, CheckpointPolicy(interval: 2)
    ).run { _ in }
    return RunDirectory(workspace.directory.file("run"), use: .replacing)
  }

  #if os(Linux) && compiler(>=6.2)
    /// A disk that is full, played by a limit on the size of files: the old run is not lost to one that saves nothing.
    @Test func whatCannotBeReplacedStays() async {
      await #expect(processExitsWith: .success) {
        let tests = try SetAsideTests()
        signal(SIGXFSZ, SIG_IGN)
        let directory = try tests.replaced()
        let old = try SetAsideTests.files(directory)
        #expect(Set(try directory.checkpoints()) == [2, 4])
        let run = try tests.workspace.run(
          try tests.workspace.trainer(tests.workspace.plan(steps: 4), shuffling: false), in: "run",
          use: .replacing,
          CheckpointPolicy(interval: 1))
        var limit = rlimit(rlim_cur: 200, rlim_max: .max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        var problems: [FileError] = []
        try run.run { if case .problem(let error) = $0 { problems.append(error) } }
        #expect(problems.count { $0.path.contains("/model_") } == 4)
        #expect(try SetAsideTests.files(directory) == old)
        // There is room again.
        limit.rlim_cur = .max
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        #expect(try run.finish("finished") { _ in } == nil)
        let new = try SetAsideTests.files(directory)
        #expect(try directory.checkpoints() == [4] && new["model_00000004.bin"] != old["model_00000004.bin"])
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: directory.path).allSatisfy {
            !$0.hasPrefix("replaced-")
          })
      }
    }
  #endif

  /// A kill while the new one is written, before or after half of the old one has other names.
  @Test(arguments: [0, 1, 2])
  func afterAKillTheOldOneHasItsNamesAgain(namesLeft: Int) throws {
    let directory = try replaced()
    try directory.keep(RunPlan(["--steps": "4"]))
    let old = try Self.files(directory)
    try directory.setAside(2)
    #expect(try directory.checkpoints() == [4])
    for name in ["model_00000002.bin", "progress_00000002.json"].prefix(namesLeft) {
      try FileManager.default.moveItem(
        atPath: "\(directory.path)/replaced-\(name)", toPath: "\(directory.path)/\(name)")
    }
    // The plan had forgotten whose it was.
    try directory.remember(replaced: [4])
    _ = try workspace.run(
      try workspace.trainer(workspace.plan(steps: 4)), in: "run", use: .resuming)
    #expect(try Self.files(directory) == old)
    #expect(try RunPlan(contentsOf: directory.plan).replaced == [2, 4])
  }

  @Test func afterAKillTheNewOneStays() throws {
    let directory = try replaced()
    try directory.keep(RunPlan(["--steps": "4"]))
    try directory.setAside(2)
    for (name, bytes) in try Self.files(directory) where name.contains("00000004") {
      try bytes.write(
        to: URL(
          fileURLWithPath: directory.path + "/" + name.replacingOccurrences(of: "00000004", with: "00000002"))
      )
    }
    let new = try Self.files(directory)
    try directory.endSettingAside()
    #expect(try Self.files(directory) == new && directory.checkpoints() == [2, 4])
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names.allSatisfy { !$0.hasPrefix("replaced-") })
  }
}
