import Foundation
import TestSupport
import Testing

@Suite struct LadderNGramTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["train", "val", "test"] { try write("anna\nbob\nhannah\notto\n", name) }
  }

  private func write(_ text: String, _ name: String) throws {
    _ = try directory.write(Array(text.utf8), to: name + ".txt")
  }

  private func ngram(_ more: String...) throws -> Command {
    try Command(["ngram", "--data", directory.path] + more, executable: Command.ladder)
  }

  @Test func printsTheSearchAndDraws() throws {
    let target = directory.file("out")
    let result = try ngram("--n", "1", "2", "--smoothing", "0.1", "1", "--output", target)
    #expect(result.exitCode == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.prefix(4).allSatisfy { $0.contains("train loss") && $0.contains("val loss") })
    #expect(lines[4] == "best: n 2, smoothing 0.1")
    #expect(lines.last?.hasPrefix("test loss ") == true)
    let files = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(files == ["bigrams.svg", "index.html", "overfitting.svg", "search.svg"])
    let map = try XMLTree.parse(String(contentsOfFile: target + "/bigrams.svg", encoding: .utf8))
    // One o each is followed by b, by t, and by the end of the name.
    #expect(map.all("title").contains { $0.text == "o, t: 33.33" })
    #expect(map.all("title").count == 7 * 7)
  }

  @Test func jsonIsOneObject() throws {
    struct Results: Decodable {
      var testLoss: Double
      var testPerplexity: Double
      var sample: String
    }
    let result = try ngram("--n", "3", "--letters", "50", "--json")
    #expect(result.exitCode == 0)
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(abs(exp(found.testLoss) - found.testPerplexity) < 1e-9)
    #expect(found.sample.count == 50)
    #expect(try ngram("--n", "3", "--letters", "50", "--json").output == result.output)
    #expect(try ngram("--n", "3", "--letters", "50", "--json", "--seed", "5").output != result.output)
  }

  @Test func refusesFilesThatCannotBeUsed() throws {
    func expect(_ message: String, _ more: String...) throws {
      let result = try Command(["ngram", "--data", directory.path] + more, executable: Command.ladder)
      #expect(result.exitCode == 2 && result.output.isEmpty)
      #expect(result.diagnostics.contains(message), "\(result.diagnostics)")
    }
    try write("", "test")
    try expect("test.txt: found no name")
    try write("anna\nÄnne\n", "test")
    try expect("test.txt: line 2: found 'Änne'")
    try write("zoes\n", "test")
    try expect("test.txt: line 1: found 'zoes'")
    try write("a\n", "test")
    try expect("test.txt: found 2 bytes, expected at least 3", "--n", "1", "3")
    try expect("test.txt: found 2 bytes, expected at least 5")
    try FileManager.default.removeItem(atPath: directory.file("test.txt"))
    try expect("test.txt: found no such file")
    try expect("scripts/fetch-lessons.sh")
  }

  @Test(arguments: [
    ["--n", "0"], ["--n", "2", "6"], ["--n"], ["--smoothing", "nan"], ["--smoothing=-1"], ["--seed", "0"],
    ["--letters=-1"],
  ])
  func refusesNumbersOutOfRange(arguments: [String]) throws {
    let result = try Command(["ngram"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.hasPrefix("Error: "))
  }

  @Test func helpTeaches() throws {
    let result = try Command(["ngram", "--help"], executable: Command.ladder)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("  ladder ngram "))
  }
}
