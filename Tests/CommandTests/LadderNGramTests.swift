import Foundation
import TestSupport
import Testing

@Suite struct LadderNGramTests {
  private static let ladder = URL(fileURLWithPath: Command.path).deletingLastPathComponent()
    .appendingPathComponent("ladder").path
  private let directory: TemporaryDirectory
  private let names: String

  init() throws {
    directory = try TemporaryDirectory()
    names = try directory.write(Array("anna\nbob\nhannah\notto\n".utf8), to: "names.txt")
  }

  private func ngram(train: String? = nil, test: String? = nil, _ more: String...) throws -> Command {
    try Command(
      ["ngram", "--train", train ?? names, "--validation", names, "--test", test ?? names] + more,
      executable: Self.ladder)
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
    #expect(map.all("title").count == 27 * 27)
  }

  @Test func jsonIsOneObject() throws {
    struct Results: Decodable {
      var testLoss: Double
      var testPerplexity: Double
      var sample: String
    }
    let result = try ngram("--n", "3", "--characters", "50", "--json")
    #expect(result.exitCode == 0)
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(abs(exp(found.testLoss) - found.testPerplexity) < 1e-9)
    #expect(found.sample.count == 50)
    #expect(try ngram("--n", "3", "--characters", "50", "--json").output == result.output)
    #expect(try ngram("--n", "3", "--characters", "50", "--json", "--seed", "5").output != result.output)
  }

  @Test func refusesFilesThatCannotBeUsed() throws {
    let missing = try ngram(train: directory.file("none.txt"))
    #expect(missing.exitCode == 2)
    #expect(missing.diagnostics.contains("none.txt: ") && missing.diagnostics.contains("fetch-lessons.sh"))
    let empty = try ngram(test: try directory.write([], to: "empty.txt"))
    #expect(empty.exitCode == 2 && empty.diagnostics.contains("empty.txt: found no name"))
    let other = try ngram(train: try directory.write(Array("anna\nÄnne\n".utf8), to: "other.txt"))
    #expect(other.exitCode == 2 && other.diagnostics.contains("other.txt: line 2: found 'Änne'"))
    let short = try ngram(test: try directory.write(Array("a\n".utf8), to: "short.txt"), "--n", "3")
    #expect(short.exitCode == 2 && short.diagnostics.contains("short.txt: found 2 characters"))
    #expect([missing, empty, other, short].allSatisfy { $0.output.isEmpty })
  }

  @Test(arguments: [
    ["--n", "0"], ["--n", "2", "6"], ["--n"], ["--smoothing", "nan"], ["--smoothing=-1"], ["--seed", "0"],
    ["--characters=-1"],
  ])
  func refusesNumbersOutOfRange(arguments: [String]) throws {
    let result = try Command(["ngram"] + arguments, executable: Self.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.hasPrefix("Error: "))
  }

  @Test func helpTeaches() throws {
    let result = try Command(["ngram", "--help"], executable: Self.ladder)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("  ladder ngram "))
  }
}
