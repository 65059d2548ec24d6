import Foundation
import TestSupport
import Testing

@Suite struct LadderAttentionTests {
  private func attention(_ arguments: String...) throws -> Command {
    try Command(["attention"] + arguments, executable: Command.ladder)
  }

  @Test func trainsAndDraws() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("out")
    let result = try attention("--steps", "2", "--texts", "3", "--text", "a1b2a", "--output", target)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.hasPrefix("2 steps: "))
    #expect(result.output.contains("\nafter a1b2a: "))
    let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(names == ["before.svg", "index.html", "learning.svg", "mask.svg", "next.svg", "recall.svg"])
    for name in names where name.hasSuffix(".svg") {
      #expect(try XMLTree.parse(String(contentsOfFile: "\(target)/\(name)", encoding: .utf8)).name == "svg")
    }
    let page = try String(contentsOfFile: target + "/index.html", encoding: .utf8)
    #expect(page.contains("step by step"))
  }

  @Test func jsonIsOneObjectAndTheSeedDecides() throws {
    struct Results: Decodable {
      struct Shown: Decodable {
        var text: String
        var weights: [[Double]]
        var probabilities: [Double]
      }
      var losses: [Double]
      var shown: Shown
    }
    let runs = try [[], [], ["--seed", "2"]].map { options in
      let result = try Command(
        ["attention", "--steps", "1", "--texts", "1", "--pairs", "2", "--json"] + options,
        executable: Command.ladder)
      #expect(result.exitCode == 0)
      return try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    }
    #expect(runs[0].losses == runs[1].losses && runs[0].losses != runs[2].losses)
    let shown = runs[0].shown
    #expect(shown.text == "a3b7c1d4b" && shown.weights.count == 9 && shown.probabilities.count == 18)
    #expect(shown.weights.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
  }

  @Test(arguments: [
    ["--steps", "0"], ["--pairs", "6"], ["--texts", "0"], ["--text", "a1z"], ["--text", ""],
    ["--text", "aaaaaaaaaaaaaaaaaaaaaaaaa"],
  ])
  func refusesWhatLeadsToNothing(arguments: [String]) throws {
    let result = try Command(["attention"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains(arguments[0]))
  }
}
