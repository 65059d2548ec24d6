import Foundation
import TestSupport
import Testing

@Suite struct LadderMLPTests {
  private static let sizes = [
    "--batch-size", "13", "--embedding-size", "5", "--hidden-size", "19", "--learning-rate", "0.01",
  ]
  private let names = TestFiles.fixture("lessons/names")

  private func run(_ arguments: String...) throws -> Command {
    try Command(["mlp"] + Self.sizes + arguments, executable: Command.ladder)
  }

  @Test func itTrainsComparesAndDraws() throws {
    let directory = try TemporaryDirectory()
    let page = directory.file("page")
    let result = try run("--data", names, "--steps", "60", "--context", ".an", "--output", page)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    // mlp_numpy.py prints the same before its first step.
    #expect(result.output.contains("0       3.3419    3.3471\n"))
    #expect(result.output.contains("\n.an "))
    let files = try FileManager.default.contentsOfDirectory(atPath: page).sorted()
    #expect(
      files == [
        "context-1.svg", "familiarity.svg", "index.html", "letters-0.svg", "letters-19.svg", "letters-60.svg",
        "likeness.svg", "losses.svg", "next.svg",
      ])
    let again = try run("--data", names, "--steps", "60", "--context", ".an")
    #expect(again.output == result.output)
  }

  @Test func theSeedMatters() throws {
    let results = try ["3", "4"].map { try run("--data", names, "--steps", "20", "--seed", $0).output }
    #expect(results[0] != results[1])
  }

  @Test func resultsAreOneObject() throws {
    let result = try run("--data", names, "--steps", "20", "--json")
    #expect(result.exitCode == 0)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["parameters"] as? Int == 979)
    #expect(object["counts"] as? Int == 531_441)
    #expect((object["evaluations"] as? [[String: Any]])?.map { $0["step"] as? Int } == [0, 19])
  }

  @Test func aRateThatIsTooHigh() throws {
    let result = try run("--data", names, "--steps", "20", "--learning-rate", "1e30")
    expectRefusal(result, naming: "found a loss of ", "try a smaller learning rate")
  }

  @Test func aTraceOfOtherSettingsIsRefused() throws {
    let trace = TestFiles.fixture("lessons/mlp_small.json")
    let result = try run("--data", names, "--steps", "401", "--reference", trace)
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics == "ladder: \(trace): found a trace of other settings, expected those of this run; "
        + "leave out the options that change them, or write another trace\n")
  }

  @Test func aTraceIsComparedWith() throws {
    let directory = try TemporaryDirectory()
    // Evaluated at its ends only, as the command does with so few steps.
    let trace = try String(contentsOfFile: TestFiles.fixture("lessons/mlp_small.json"), encoding: .utf8)
    var object = try #require(try JSONSerialization.jsonObject(with: Data(trace.utf8)) as? [String: Any])
    object["evaluation_interval"] = 200
    for list in ["steps", "training_losses", "validation_losses"] {
      let values = try #require(object[list] as? [Double])
      object[list] = [values[0], values[10], values[20]]
    }
    let path = try directory.write(
      Array(try JSONSerialization.data(withJSONObject: object)), to: "trace.json")
    let equal = try run("--data", names, "--steps", "401", "--reference", path)
    #expect(equal.exitCode == 0, "\(equal.diagnostics)")
    #expect(equal.output.contains("largest difference from the original: "))
    object["test_loss"] = 2.5
    let other = try directory.write(
      Array(try JSONSerialization.data(withJSONObject: object)), to: "other.json")
    #expect(try run("--data", names, "--steps", "401", "--reference", other).exitCode == 1)
  }

  @Test(arguments: [
    ["--steps", "0"], ["--batch-size", "0"], ["--batch-size", "1000"], ["--context-length", "5"],
    ["--learning-rate", "0"], ["--learning-rate", "nan"], ["--smoothing", "0"], ["--seed", "0"],
    ["--sampling-seed", "0"], ["--context", "ab"], ["--context", "a b"], ["--hidden-size", "70000"],
    ["--embedding-size", "-1"], ["--reference", "/nowhere.json"], ["--data", "/nowhere"],
  ])
  func badInputIsOneClearLine(arguments: [String]) throws {
    let data = arguments.contains("--data") ? [] : ["--data", names]
    let result = try Command(["mlp"] + data + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    let first = result.diagnostics.split(separator: "\n").first ?? ""
    #expect(first.hasPrefix("ladder: ") || first.hasPrefix("Error: "), "\(result.diagnostics)")
  }

  @Test func helpTeaches() throws {
    let result = try Command(["mlp", "--help"], executable: Command.ladder)
    #expect(result.exitCode == 0 && result.output.contains("  ladder mlp"))
  }
}
