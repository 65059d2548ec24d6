import Foundation
import TestSupport
import Testing

private let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// dev/figures.py lays out what was measured, and changes no file where a part failed.
@Suite(.enabled(if: python != nil, "there is no python3"))
struct FiguresScriptTests {
  private let directory: TemporaryDirectory
  private let readme = "a\n<!-- figures: step -->\nold\n<!-- /figures: step -->\nb\n"
  private let speed =
    "x <!-- figures: growth -->old<!-- /figures: growth --> y\n<!-- figures: formats -->\n<!-- /figures: formats -->\n"

  init() throws {
    directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: directory.file("dev"), withIntermediateDirectories: true)
    _ = try directory.write(Array(readme.utf8), to: "README.md")
    _ = try directory.write(Array(speed.utf8), to: "dev/speed.md")
    _ = try directory.write(Array(Self.measured.utf8), to: "measured.json")
  }

  private static let measured = """
    {"about":{"processor":"P9","cores":3,"system":"Linux 6.1","gpt2":"0.9.9","date":"2026-01-31","load":0},
     "compare":{"machine":{"pytorch":"2.99+cpu"},"results":[
      {"shape":"4x64","precision":"fp32","contestant":"ours","median_ms":500.4,"peak_gib":2.084},
      {"shape":"4x64","precision":"fp32","contestant":"PyTorch","median_ms":1500.6,"peak_gib":3},
      {"shape":"4x64","precision":"fp32","contestant":"PyTorch, malloc tuned","median_ms":900,"peak_gib":3},
      {"shape":"4x64","precision":"bf16","contestant":"ours","median_ms":300,"peak_gib":2},
      {"shape":"4x64","precision":"bf16","contestant":"PyTorch","median_ms":700,"peak_gib":3}]},
     "growth":{"sections":[{"kind":"growth","rows":[
      {"name":"B=1 T=64","tokens":64,"secondsPerCall":1},{"name":"B=1 T=128","tokens":128,"secondsPerCall":2.5},
      {"name":"B=1 T=256","tokens":256,"secondsPerCall":5}]}]}}
    """

  private func run(_ arguments: String...) throws -> Command {
    try Command(
      [TestFiles.project("dev/figures.py")] + arguments + ["--root", directory.path],
      executable: try #require(python))
  }

  private func contents(_ name: String) throws -> String {
    try String(contentsOfFile: directory.file(name), encoding: .utf8)
  }

  private func isUnchanged() throws -> Bool {
    try contents("README.md") == readme && contents("dev/speed.md") == speed
  }

  @Test func oneTableIsMadeAnewByName() throws {
    let result = try run("--from", directory.file("measured.json"), "step")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let expected = """
      a
      <!-- figures: step -->

      2026-01-31, P9, 3 cores, Linux 6.1: gpt2 0.9.9, PyTorch 2.99. Medians in milliseconds:

          B x T                             4x64 fp32   4x64 bf16
          this                                    500         300
          PyTorch, as it is                      1501         700
          PyTorch, its best of 2 settings         900         700

      <!-- /figures: step -->
      b

      """
    #expect(try contents("README.md") == expected)
    #expect(try contents("dev/speed.md") == speed)
    // Again, to the same text.
    #expect(try run("--from", directory.file("measured.json"), "step").exitCode == 0)
    #expect(try contents("README.md") == expected)
  }

  @Test func aSentenceStaysOne() throws {
    #expect(try run("--from", directory.file("measured.json"), "growth").exitCode == 0)
    let text = try contents("dev/speed.md")
    // From 1 s for 64 tokens to 2.5 s for 128: a quarter more each.
    #expect(text.hasPrefix("x <!-- figures: growth -->The time of a token rises by at most 25%"))
    #expect(text.contains("from B=1 T=64 to B=1 T=256"))
    #expect(text.contains("<!-- /figures: growth --> y\n"))
  }

  /// The first of two tables could be made.
  @Test func whereAPartFailsNoFileIsChanged() throws {
    let gpt2 = directory.file("gpt2")
    let script = """
      #!/bin/sh
      [ "$1" = --version ] && { echo 0.9.9; exit; }
      [ "$2" = growth ] && { echo '{"sections":[{"kind":"growth","rows":[{"name":"a","tokens":1,"secondsPerCall":1},{"name":"b","tokens":2,"secondsPerCall":2}]}]}'; exit; }
      exit 3
      """
    try script.write(toFile: gpt2, atomically: true, encoding: .utf8)
    #expect(chmod(gpt2, 0o755) == 0)
    let result = try run(gpt2, "growth", "formats", "--model", "m", "--tokens", "t")
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("ended with 3"), "\(result.diagnostics)")
    #expect(result.diagnostics.contains("no file was changed"))
    #expect(try isUnchanged())
    let alone = try run(gpt2, "growth")
    #expect(alone.exitCode == 0, "\(alone.diagnostics)")
    #expect(try contents("dev/speed.md").contains("gpt2 0.9.9"))
  }

  /// The system gives one file its name and not the other: it is said which, and nothing else stays.
  @Test func whereOneFileCannotBeNamedItIsSaid() throws {
    let script = """
      import os, sys
      sys.path.insert(0, os.path.dirname(sys.argv[1]))
      import figures
      rename, refused = os.replace, sys.argv[2]
      def replace(old, new):
          if str(new).endswith(refused): raise OSError(5, "refused")
          rename(old, new)
      os.replace = replace
      sys.argv = sys.argv[1:2] + sys.argv[3:]
      figures.main()
      """
    func run(refusing name: String) throws -> Command {
      try Command(
        [
          "-B", "-c", script, TestFiles.project("dev/figures.py"), name, "--from",
          directory.file("measured.json"), "step", "growth", "--root", directory.path,
        ], executable: try #require(python))
    }
    let none = try run(refusing: "README.md")
    #expect(none.exitCode == 1)
    #expect(none.diagnostics.contains("no file was changed"), "\(none.diagnostics)")
    #expect(try isUnchanged())
    let one = try run(refusing: "speed.md")
    #expect(one.exitCode == 1)
    #expect(!one.diagnostics.contains("no file was changed"))
    #expect(
      one.diagnostics.contains("README.md, and not \(directory.file("dev/speed.md"))"), "\(one.diagnostics)")
    #expect(try contents("README.md").contains("PyTorch 2.99"))
    #expect(try contents("dev/speed.md") == speed)
    #expect(try directory.names() == ["README.md", "dev", "measured.json"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("dev")) == ["speed.md"])
  }

  @Test func whatIsNotAsExpectedIsSaid() throws {
    let measured = directory.file("measured.json")
    let unknown = try run("--from", measured, "nonsense")
    #expect(unknown.exitCode == 2)
    #expect(unknown.diagnostics.contains("found nonsense, expected a table: fast, step"))
    // It has no perplexities.
    let missing = try run("--from", measured, "step", "formats")
    #expect(missing.exitCode == 2)
    #expect(missing.diagnostics.contains("found no formats"))
    let place = try run("--from", measured, "step-full")
    #expect(place.exitCode == 2)
    #expect(place.diagnostics.contains("speed.md: found no place for the figures"))
    let need = try run("gpt2", "formats")
    #expect(need.exitCode == 2)
    #expect(need.diagnostics.contains("formats needs --model"))
    #expect(try run("growth.bin", "growth").exitCode == 1)
    _ = try directory.write(Array("{}".utf8), to: "empty.json")
    #expect(try run("--from", directory.file("empty.json"), "step").exitCode == 2)
    _ = try directory.write(Array("{".utf8), to: "empty.json")
    #expect(try run("--from", directory.file("empty.json"), "step").exitCode == 1)
    #expect(try isUnchanged())
  }

  /// Every table has its place in the files of the project.
  @Test func theProjectHasAPlaceForEach() throws {
    let list = try Command(
      [TestFiles.project("dev/figures.py"), "--list"], executable: try #require(python))
    let tables = list.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(tables.count >= 6)
    for table in tables {
      let text = try String(contentsOfFile: TestFiles.project(table[1]), encoding: .utf8)
      #expect(text.contains("<!-- figures: \(table[0]) -->"), "\(table)")
      #expect(text.contains("<!-- /figures: \(table[0]) -->"), "\(table)")
    }
  }
}
