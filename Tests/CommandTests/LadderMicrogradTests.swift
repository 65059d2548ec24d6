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

  /// A page runs its script only if the SHA-256 in it is the script's.
  @Test(arguments: [
    "Micrograd/micrograd.js", "MNIST/digits.js MNIST/mnist.js", "GaussianMixture/em.js",
    "NeuralNGram/mlp.js", "MNIST/digits.js ConvNet/convnet.js",
    "Attention/attention.js", "NanoGPT/nanogpt.js", "BytePairs/bpe.js", "Scaling/scaling.js",
  ])
  func theHashOfAScriptIsTheOneThatItsPageNames(scripts: String) throws {
    let folder = TestFiles.project("Sources/Lessons/")
    // Of several, one behind the other, the last is the page's own.
    let script = scripts.split(separator: " ").last ?? ""
    let hash = try Command(
      ["-c", "cd '\(folder)' && cat \(scripts) | openssl dgst -sha256 -binary | openssl base64"],
      executable: "/bin/sh")
    try #require(hash.exitCode == 0, "needs openssl")
    let sources = try FileManager.default.contentsOfDirectory(
      atPath: "\(folder)/\(script.split(separator: "/")[0])")
    let texts = try sources.filter { $0.hasSuffix("+Script.swift") }.map { name in
      try String(contentsOfFile: "\(folder)/\(script.split(separator: "/")[0])/\(name)", encoding: .utf8)
    }
    #expect(texts.count == 1)
    #expect(try #require(texts.first).contains("\"\(hash.output.filter { $0 != "\n" })\""))
  }

  @Test func aPageHasItsNumbersAndItsScript() throws {
    let directory = try TemporaryDirectory()
    #expect(try micrograd("--steps", "3", "--speed", "350", "--output", directory.file("out")).exitCode == 0)
    let html = try String(contentsOfFile: directory.file("out/index.html"), encoding: .utf8)
    let page = try XMLTree.parse(html.replacing("<!DOCTYPE html>\n", with: ""))
    let values = Dictionary(
      uniqueKeysWithValues: page.all("figure").compactMap { figure in
        figure.attributes["data-values"].map { (figure.attributes["id"] ?? "", Data($0.utf8)) }
      })
    struct Graph: Decodable {
      struct Node: Decodable {
        var op: String
        var of: [Int]
        var data: Double
        var exponent: Double?
      }
      struct Input: Decodable {
        var node: Int
        var name: String
        var max: Double
      }
      var nodes: [Node]
      var inputs: [Input]
    }
    let graph = try JSONDecoder().decode(Graph.self, from: try #require(values["tyre"]))
    #expect(graph.inputs.map(\.name) == ["speed", "temperature", "humidity"])
    #expect(graph.inputs[0].max == 350 && graph.nodes[graph.inputs[0].node].data == 350)
    // The nodes' own formulas lead from the inputs to the result.
    var data = graph.nodes.map(\.data)
    for (index, node) in graph.nodes.enumerated() {
      let x = node.of.map { data[$0] }
      switch node.op {
      case "leaf": break
      case "sum": data[index] = x[0] + x[1]
      case "product": data[index] = x[0] * x[1]
      case "power": data[index] = pow(x[0], try #require(node.exponent))
      case "exp": data[index] = exp(x[0])
      case "tanh": data[index] = tanh(x[0])
      default: Issue.record("\(node.op)")
      }
    }
    let wear = 0.05 * pow(3.5, 2.1) * exp(10.0 / 30) * (1 - 0.4 * tanh(1))
    #expect(abs((data.last ?? 0) - wear) < 1e-12)
    struct Boundary: Decodable {
      struct Snapshot: Decodable {
        var step: Int
        var loss: Double
        var parameters: [Double]
      }
      var widths: [Int]
      var snapshots: [Snapshot]
    }
    let boundary = try JSONDecoder().decode(Boundary.self, from: try #require(values["moons"]))
    #expect(boundary.widths == [2, 16, 16, 1])
    #expect(boundary.snapshots.map(\.step) == [0, 1, 2, 3])
    #expect(boundary.snapshots.allSatisfy { $0.parameters.count == 337 })
    #expect(abs(boundary.snapshots[0].loss - 0.8958441) < 1e-6)
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
