import Foundation
import TestSupport
import Testing

@Suite struct LadderScalingTests {
  private func scaling(_ arguments: [String]) throws -> Command {
    try Command(["scaling"] + arguments, executable: Command.ladder)
  }

  @Test func printsTheLawAndDraws() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("out")
    let result = try scaling(["--resamples", "20", "--output", target])
    #expect(result.exitCode == 0)
    #expect(result.output.hasPrefix("by all parameters: L = "))
    #expect(result.output.contains("\nd6 from smaller ones: mean error "))
    #expect(result.output.contains("\nd12 of 614.4k tokens: "))
    #expect(result.output.contains(" measured "))
    #expect(result.output.contains("\nd12 of 9.891G tokens: "))
    let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(names == ["compute.svg", "errors.svg", "index.html", "reach.svg", "tokens.svg"])
    for name in names where name.hasSuffix(".svg") {
      #expect(try XMLTree.parse(String(contentsOfFile: "\(target)/\(name)", encoding: .utf8)).name == "svg")
    }
  }

  @Test func jsonIsOneObjectOfTheFilesRuns() throws {
    struct Results: Decodable {
      struct Run: Decodable { var size: String }
      struct Fit: Decodable { var objective: Double }
      struct Prediction: Decodable {
        var tokens: Double
        var measured: Double?
      }
      var runs: [Run]
      var fits: [Fit]
      var heldOut: [Prediction]
      var target: [Prediction]
    }
    let directory = try TemporaryDirectory()
    let lines = (1...5).flatMap { depth in
      (3...5).map { "d\(depth) \(Int(pow(10, Double($0)))) \(9 - Double(depth) * 0.3 - Double($0) * 0.9)" }
    }
    let runs = try directory.write(Array(lines.joined(separator: "\n").utf8), to: "runs.txt")
    let result = try scaling([
      "--runs", runs, "--vocabulary-size", "256", "--hold-out", "d4,d5", "--target", "d6", "--tokens", "777",
      "--resamples", "20", "--json",
    ])
    #expect(result.exitCode == 0)
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(found.runs.count == 15 && found.fits.count == 2)
    #expect(found.heldOut.count == 6 && found.heldOut.allSatisfy { $0.measured != nil })
    #expect(found.target.map(\.tokens) == [777] && found.target[0].measured == nil)
  }

  @Test(arguments: [
    (["--resamples", "19"], "--resamples"), (["--tokens", "0"], "--tokens"), (["--target", "d13"], "d13"),
    (["--vocabulary-size", "256"], "--runs"), (["--runs", "/nowhere/runs.txt"], "/nowhere/runs.txt"),
    (["--hold-out", "d2,d3,d4,d5"], "runs to fit"),
  ])
  func refusesWhatLeadsToNothing(arguments: [String], named: String) throws {
    let result = try scaling(arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains(named))
  }
}
