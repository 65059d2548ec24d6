import Foundation
import TestSupport
import Testing

@Suite struct LadderCircuitsTests {
  private func circuits(_ arguments: String...) throws -> Command {
    try Command(["circuits"] + arguments, executable: Command.ladder)
  }

  @Test func printsTheGuidesNumbersAndDraws() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("out")
    let result = try circuits("--output", target)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("neuron: output                       = 0.8808\n"))
    #expect(result.output.contains("machine: training accuracy at iteration 300: 6 of 6\n"))
    #expect(result.output.hasSuffix("50 of the guide's 54 numbers as it prints them\n"))
    let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(
      names == ["circuit.svg", "index.html", "machine.svg", "neuron.svg", "right.svg", "search.svg"])
    for name in names where name.hasSuffix(".svg") {
      #expect(try XMLTree.parse(String(contentsOfFile: "\(target)/\(name)", encoding: .utf8)).name == "svg")
    }
  }

  @Test func jsonIsOneObject() throws {
    struct Results: Decodable {
      struct Number: Decodable { var value: Double }
      struct Step: Decodable { var iteration: Int }
      var numbers: [Number]
      var machine: [Step]
    }
    let result = try circuits("--seed", "3", "--points", "51", "--json")
    #expect(result.exitCode == 0)
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(found.numbers.count == 54 && found.numbers[0].value == -6)
    #expect(found.machine.map(\.iteration) == [0, 25, 50])
  }

  @Test(arguments: [["--seed", "-1"], ["--points", "0"], ["--points", "1000001"]])
  func refusesNumbersOutOfRange(arguments: [String]) throws {
    let result = try Command(["circuits"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains(arguments[0]))
  }
}
