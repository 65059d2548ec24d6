import Foundation
import TestSupport
import Testing

@Suite struct LadderIndexCommandTests {
  @Test func knowsEveryRungAndItsPage() throws {
    let directory = try TemporaryDirectory()
    let list = try Command(["list"], executable: Command.ladder).output
    let names = list.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names.count > 7)
    #expect(
      try Command(
        ["circuits", "--points", "1", "--output", directory.file("circuits")], executable: Command.ladder
      ).exitCode == 0)
    let docs = TestFiles.project("Sources/Lessons/Lessons.docc")
    let result = try Command(
      ["index", "--output", directory.path, "--derivations", docs], executable: Command.ladder)
    #expect(result.exitCode == 0)
    #expect(result.output == "\(directory.path)/index.html leads to 1 of \(names.count) rungs\n")
    let page = try String(contentsOfFile: directory.file("index.html"), encoding: .utf8)
    #expect(page.contains(#"href="circuits/index.html""#))
    for name in names + ["124M"] {
      #expect(page.contains("/\(name).md\""))
      #expect(FileManager.default.fileExists(atPath: "\(docs)/\(name).md"))
    }
    // Each folder of sources is one.
    let folders = page.matches(of: /\.docc\/\.\.\/([A-Za-z]+)\//).map { String($0.output.1) }
    #expect(folders.count == names.count)
    for folder in folders {
      #expect(FileManager.default.fileExists(atPath: TestFiles.project("Sources/Lessons/\(folder)")))
    }
  }

  @Test func withoutADirectoryItSaysSo() throws {
    let result = try Command(["index", "--output", "/nowhere/lessons"], executable: Command.ladder)
    #expect(result.exitCode == 2 && result.output.isEmpty)
    #expect(result.diagnostics.contains("/nowhere/lessons: "))
  }
}
