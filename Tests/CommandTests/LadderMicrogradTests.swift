import Foundation
import TestSupport
import Testing

@Suite struct LadderMicrogradTests {
  private func micrograd(_ arguments: String...) throws -> Command {
    try Command(["micrograd"] + arguments, executable: Command.ladder)
  }

  @Test func printsTheOriginalsLossesAndDraws() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("out")
    let result = try micrograd("--steps", "2", "--output", target)
    #expect(result.exitCode == 0)
    let lines = result.output.split(separator: "\n")
    // The notebook's first line, and micrograd.py's.
    #expect(lines.first?.hasPrefix("moons: step 0 loss 0.89584410286832") == true)
    #expect(lines.contains { $0.hasPrefix("yin-yang: step 1/2, train loss 1.01221528264") })
    #expect(result.output.contains("val loss 1.053898"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: target).sorted() == [
        "index.html", "moons-loss.svg", "moons.svg", "network.svg", "neuron.svg", "tyre.svg",
        "yin-yang-loss.svg", "yin-yang.svg",
      ])
    for name in try FileManager.default.contentsOfDirectory(atPath: target) where name.hasSuffix(".svg") {
      let svg = try XMLTree.parse(String(contentsOfFile: "\(target)/\(name)", encoding: .utf8))
      #expect(svg.name == "svg")
    }
  }

  @Test func jsonIsOneObject() throws {
    struct Results: Decodable {
      struct Step: Decodable { var loss: Double }
      struct Wear: Decodable {
        var wear: Double
        var bySpeed: Double
      }
      var moons: [Step]
      var yinYang: [Step]
      var tyreWear: Wear
    }
    let result = try micrograd("--steps", "1", "--seed", "3", "--speed", "200", "--json")
    #expect(result.exitCode == 0)
    let found = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(found.moons.count == 1 && found.yinYang.count == 1)
    #expect(abs(found.moons[0].loss - 0.89584) > 1e-3)
    // d/dv of v^2.1 is 2.1 / v times it.
    #expect(abs(found.tyreWear.bySpeed - 2.1 / 200 * found.tyreWear.wear) < 1e-12)
  }

  @Test(arguments: [
    ["--seed", "0"], ["--seed", "-1"], ["--steps", "0"], ["--steps", "10001"], ["--speed", "nan"],
    ["--speed", "0"], ["--temperature", "inf"], ["--humidity", "1.5"],
  ])
  func refusesNumbersOutOfRange(arguments: [String]) throws {
    let result = try Command(["micrograd"] + arguments, executable: Command.ladder)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains(arguments[0]))
  }

  @Test func refusesADirectoryWithOtherFilesInIt() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write([1], to: "mine")
    let result = try micrograd("--steps", "1", "--output", directory.path)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(directory.path + ": "))
    #expect(result.output.isEmpty, "it is refused before the work")
    #expect(try directory.names() == ["mine"])
  }

  @Test func helpTeaches() throws {
    let result = try micrograd("--help")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("  ladder micrograd "))
    let list = try Command(["list"], executable: Command.ladder)
    #expect(list.exitCode == 0 && list.output.contains("micrograd"))
  }
}
