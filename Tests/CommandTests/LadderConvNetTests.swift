import Foundation
import TestSupport
import Testing

/// `ladder convnet`.
@Suite struct LadderConvNetTests {
  private let directory: TemporaryDirectory

  /// Twenty training and ten test images of 5 × 4 pixels.
  init() throws {
    directory = try TemporaryDirectory()
    var random = SeededRandom(seed: 5)
    for (name, count) in [("train", 20), ("t10k", 10)] {
      let labels = (0..<count).map { UInt8($0 % 10) }
      let pixels = labels.flatMap { label in
        (0..<20).map { UInt8($0 == 2 * Int(label) ? 200 : 0) + UInt8.random(in: 0...50, using: &random) }
      }
      try write("\(name)-images-idx3-ubyte", [count, 5, 4], pixels)
      try write("\(name)-labels-idx1-ubyte", [count], labels)
    }
  }

  @Test func learnsAndDraws() throws {
    let output = directory.file("lessons/convnet")
    let result = try ladder("--epochs", "2", "--output", output)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.hasPrefix("test accuracy "))
    #expect(result.diagnostics.contains("epoch 2: training loss "))
    let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
    #expect(
      names == [
        "accuracy.svg", "confusion.svg", "index.html", "kernels.svg", "loss.svg", "maps-1.svg", "maps-2.svg",
        "misread.svg", "mistakes.svg", "neighbours.svg", "samples.svg",
      ])
  }

  @Test func resultsAsJSON() throws {
    struct Results: Decodable {
      let testAccuracy: Double
      let confusion: [[Int]]
      let parameters: Int
    }
    let results = try JSONDecoder().decode(
      Results.self, from: Data(try ladder("--epochs", "1", "--json").output.utf8))
    #expect(results.parameters == 3 * 2 + 2 * 4 + 4 * 3 + 10 * 5)
    #expect(results.confusion.joined().reduce(0, +) == 10)
    let right = results.confusion.indices.reduce(0) { $0 + results.confusion[$1][$1] }
    #expect(abs(results.testAccuracy - Double(right) / 10) < 1e-9)
  }

  @Test func aMissingFile() throws {
    let result = try Command(
      ["convnet", "--data", directory.file("none")], executable: Command.ladder)
    expectRefusal(result, naming: "train-images-idx3-ubyte.gz", "scripts/fetch-lessons.sh")
  }

  @Test func imagesThatAreTooSmall() throws {
    let result = try Command(["convnet", "--data", directory.path], executable: Command.ladder)
    expectRefusal(result, naming: directory.path, "5 × 4", "at least 16 × 16")
  }

  @Test(arguments: [
    "--first-maps=0", "--second-maps=257", "--kernel=0", "--kernel=17", "--hidden=0", "--epochs=0",
    "--batch-size=0", "--learning-rate=nan", "--weight-decay=-1",
  ])
  func numbersOutOfRange(option: String) throws {
    let parts = option.split(separator: "=").map(String.init)
    expectRefusal(try ladder(option), naming: parts[0], parts[1])
  }

  @Test(arguments: [[], ["--json"]])
  func aRateThatIsTooHigh(more: [String]) throws {
    let result = try ladder(
      ["--epochs", "2", "--learning-rate", "1e30", "--output", directory.file("new")] + more)
    expectRefusal(result, naming: "found a loss of ", "try a smaller learning rate")
    #expect(!FileManager.default.fileExists(atPath: directory.file("new")))
  }

  private func ladder(_ options: String...) throws -> Command { try ladder(options) }

  private func ladder(_ options: [String]) throws -> Command {
    try Command(
      [
        "convnet", "--data", directory.path, "--kernel", "1", "--first-maps", "3", "--second-maps", "2",
        "--hidden", "4",
      ] + options, executable: Command.ladder)
  }

  /// Writes an idx file.
  private func write(_ name: String, _ dimensions: [Int], _ values: [UInt8]) throws {
    let sizes = dimensions.flatMap { size -> [UInt8] in [0, 0, UInt8(size >> 8), UInt8(size & 255)] }
    _ = try directory.write([0, 0, 8, UInt8(dimensions.count)] + sizes + values, to: name)
  }
}
