import Foundation
import TestSupport
import Testing

@Suite struct LadderSymmetryTests {
  private func symmetry(_ arguments: String...) throws -> Command {
    try Command(["symmetry"] + arguments, executable: Command.ladder)
  }

  @Test func countsSweepsAndDraws() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("out")
    let result = try symmetry("--seeds", "2", "--limit", "1000", "--output", target)
    #expect(result.exitCode == 0)
    #expect(result.output.hasPrefix("1 of 2 starts learnt within 1000 sweeps\n"))
    #expect(result.output.contains("seed 1: right after 942 sweeps, within 0.1 after 1097\n"))
    let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(names == ["index.html", "network.svg", "sizes.svg", "sums.svg", "sweeps.svg"])
    for name in names where name.hasSuffix(".svg") {
      #expect(try XMLTree.parse(String(contentsOfFile: "\(target)/\(name)", encoding: .utf8)).name == "svg")
    }
    // The 12 + 2 weights and the 3 biases are in the drawing.
    let network = try XMLTree.parse(String(contentsOfFile: target + "/network.svg", encoding: .utf8))
    #expect(network.all("text").count == 17)
  }

  @Test func jsonIsOneObject() throws {
    struct Results: Decodable {
      struct Run: Decodable { var sweeps: Int? }
      var runs: [Run]
      var parameters: [Double]
    }
    let result = try symmetry("--seeds", "2", "--limit", "1000", "--json")
    #expect(result.exitCode == 0)
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(found.runs.map(\.sweeps) == [942, nil])
    #expect(found.parameters.count == 17)
  }

  @Test(arguments: [["--seeds", "0"], ["--limit", "0"], ["--seeds", "1", "--limit", "5"]])
  func refusesWhatLeadsToNothing(arguments: [String]) throws {
    let result = try Command(["symmetry"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains(arguments[0]))
  }
}
