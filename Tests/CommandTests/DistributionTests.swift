import Foundation
import TestSupport
import Testing

/// What users get. Building it takes minutes: dev/check-dist.sh proves that.
@Suite struct DistributionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func theScriptsKnowTheProgramsVersion() throws {
    let program = try Command("--version")
    let script = try run("stage.sh")
    #expect(program.exitCode == 0 && script.exitCode == 0)
    #expect(program.output == script.output)
    #expect(program.output.contains(/^[0-9]+\.[0-9]+\.[0-9]+\n$/))
  }

  @Test(arguments: [
    ([], "usage: install.sh install|uninstall PREFIX\n"),
    (["remove", "/usr/local"], "usage: install.sh install|uninstall PREFIX\n"),
    (
      ["install", "local"],
      "install: PREFIX is 'local', expected a path from the root such as /usr/local\n"
    ),
    (["uninstall", ""], "install: PREFIX is '', expected a path from the root such as /usr/local\n"),
  ])
  func whatCannotBeInstalledIsRefused(arguments: [String], message: String) throws {
    let result = try run("install.sh", arguments)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics == message)
  }

  @Test func aFolderThatIsThereIsNoStage() throws {
    let result = try run("stage.sh", [directory.path])
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics == "stage: \(directory.path) is there already; remove it, or name another folder\n")
  }

  @Test func uninstallingLeavesWhatIsNotOurs() throws {
    let ours = [
      "bin/gpt2", "bin/gpt2-serve", "share/man/man1/gpt2.1", "share/man/man1/gpt2.train.1",
      "share/man/man1/gpt2-serve.1", "share/man/man1/gpt2-serve.help.1",
      "share/zsh/site-functions/_gpt2-serve", "share/doc/gpt2/LICENSE",
    ]
    let others = [
      "bin/gpt2-tools", "share/man/man1/gpt20.1", "share/man/man1/gpt2-serve2.1",
      "share/zsh/site-functions/_gpt",
    ]
    for name in ours + others { try directory.write("text", to: "root/usr/\(name)") }
    let result = try run("install.sh", ["uninstall", "/usr"], ["DESTDIR": directory.file("root")])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let left = FileManager.default.enumerator(atPath: directory.file("root/usr"))?.allObjects as? [String]
    for name in ours { #expect(left?.contains(name) == false) }
    for name in others { #expect(left?.contains(name) == true) }
    #expect(left?.contains("share/doc/gpt2") == false)
  }

  private func run(
    _ script: String, _ arguments: [String] = [], _ environment: [String: String] = [:]
  ) throws -> Command {
    try Command(
      [TestFiles.project("scripts/\(script)")] + arguments, environment: environment, executable: "/bin/sh")
  }
}
