import Foundation
import TestSupport
import Testing

/// `verify --run`.
@Suite struct VerifyRunTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func aRunsFilesAreHeldAgainstWhatWasWritten() throws {
    let run = workspace.directory.file("run")
    #expect(try workspace.train("--steps", "4", "--checkpoint-interval", "2").exitCode == 0)
    let whole = try Command("verify", "--run", run)
    #expect(whole.exitCode == 0, "\(whole.diagnostics)")
    #expect(whole.output.split(separator: "\n").count == 6)
    #expect(whole.output.split(separator: "\n").allSatisfy { $0.hasSuffix(": holds") })

    let path = run + "/state_00000004_00000.bin"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 64
    try bytes.write(to: URL(fileURLWithPath: path))
    let damaged = try Command("verify", "--run", run, "--json")
    #expect(damaged.exitCode == 1)
    let wrong = damaged.output.split(separator: "\n").filter { $0.contains(#""holds":false"#) }
    #expect(wrong.count == 1 && wrong[0].contains("state_00000004_00000.bin"))
    let resumed = try Command("train", "--resume", run, "--steps", "5")
    #expect(resumed.exitCode == 2)
    #expect(resumed.diagnostics.contains("gpt2: \(path): found XXH64 "), "\(resumed.diagnostics)")

    for name in ["DONE_00000002", "DONE_00000004"] {
      try Data().write(to: URL(fileURLWithPath: run + "/" + name))
    }
    #expect(try Command("verify", "--run", run).exitCode == 2, "nothing can be said of it")
    let older = try Command("train", "--resume", run, "--steps", "5")
    #expect(older.exitCode == 0)
    #expect(older.diagnostics.contains("note: \(run)/DONE_00000004 has no checksums"), "\(older.diagnostics)")
  }

  @Test func theBestModelIsHeldAgainstItToo() throws {
    let run = workspace.directory.file("run")
    #expect(try workspace.train("--steps", "4", "--validation-interval", "2", "--keep-best").exitCode == 0)
    let name = try #require(try RunFiles(run).names.first { $0.hasPrefix("best_") })
    let path = run + "/" + name
    #expect(try Command("verify", "--run", run).output.contains("\(path): holds\n"))
    // It is kept through a change of the plan.
    #expect(try Command("train", "--resume", run, "--steps", "5", "--validation-interval", "0").exitCode == 0)
    #expect(try Command("verify", "--run", run).output.contains("\(path): holds\n"))

    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 64
    try bytes.write(to: URL(fileURLWithPath: path))
    let damaged = try Command("verify", "--run", run)
    #expect(damaged.exitCode == 1)
    #expect(damaged.output.contains("\(path): DIFFERS: found XXH64 "))
  }

  /// A program that reads them finds the files by what is printed.
  @Test func pathsArePrintedAsTheirBytes() throws {
    #expect(try workspace.train().exitCode == 0)
    let shell = try Command(
      [
        "-c", #"cd "$1" && d=$(printf 'run\377') && mv run "$d" && "$0" verify --run "$d" >out"#,
        Command.path,
        workspace.directory.path,
      ], executable: "/bin/sh")
    #expect(shell.exitCode == 0, "\(shell.diagnostics)")
    let lines = try Data(contentsOf: URL(fileURLWithPath: workspace.directory.file("out"))).split(
      separator: 10)
    #expect(lines.count == 3)
    for line in lines { #expect(line.starts(with: Data("run".utf8) + [0xFF, UInt8(ascii: "/")])) }
  }

  @Test func itIsGivenAlone() throws {
    expectRefusal(try Command("verify", "--run", "run", "--model", "m.bin"), naming: "--run")
    expectRefusal(try Command("verify", "--state", "s.bin"), naming: "--model")
    expectRefusal(try Command("verify", "--run", workspace.directory.path), naming: "no whole checkpoint")
  }
}
