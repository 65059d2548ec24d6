import Foundation
import TestSupport
import Testing

/// `ladder mnist`.
@Suite struct LadderMNISTTests {
  private let ladder: DigitRung

  /// Forty training and twelve test images of 3 × 2 pixels.
  init() throws {
    ladder = try DigitRung(
      ["mnist"], training: 40, test: 12, rows: 3, columns: 2, lit: { $0 % 6 })
  }

  @Test func learnsAndDraws() throws {
    let output = ladder.directory.file("lessons/mnist")
    let result = try ladder("--epochs", "2", "--hidden", "4", "--output", output)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.hasPrefix("test accuracy "))
    #expect(result.output.contains("without unit "))
    #expect(result.diagnostics.contains("epoch 2: training loss "))
    let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
    #expect(
      names == [
        "accuracy.svg", "confusion.svg", "index.html", "loss.svg", "mistakes.svg", "samples.svg", "units.svg",
        "weights.svg",
      ])
  }

  @Test func resultsAsJSON() throws {
    struct Results: Decodable {
      let testAccuracy: Double
      let confusion: [[Int]]
      let parameters: Int
      let units: [Unit]
      struct Unit: Decodable { let drops: [Double] }
    }
    let result = try ladder("--epochs", "1", "--hidden", "4", "--json")
    let results = try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    #expect(results.parameters == 4 * 6 + 4 + 10 * 4 + 10)
    #expect(results.confusion.joined().reduce(0, +) == 12)
    #expect(results.units.count == 4 && results.units.allSatisfy { $0.drops.count == 10 })
    let right = results.confusion.indices.reduce(0) { $0 + results.confusion[$1][$1] }
    #expect(abs(results.testAccuracy - Double(right) / 12) < 1e-9)
  }

  @Test func theSeedDecides() throws {
    let outputs = try ["7", "7", "8"].map { try ladder("--epochs", "1", "--seed", $0).diagnostics }
    #expect(outputs[0] == outputs[1] && outputs[0] != outputs[2])
  }

  @Test func aMissingFile() throws {
    let result = try Command(
      ["mnist", "--data", ladder.directory.file("none")], executable: Command.ladder)
    expectRefusal(result, naming: "train-images-idx3-ubyte.gz", "scripts/fetch-lessons.sh")
  }

  @Test func aDamagedFile() throws {
    try ladder.write("t10k-labels-idx1-ubyte", [13], [UInt8](repeating: 0, count: 12))
    expectRefusal(try ladder(), naming: "t10k-labels-idx1-ubyte", "13 bytes")
  }

  @Test func testImagesOfAnotherSize() throws {
    try ladder.write("t10k-images-idx3-ubyte", [12, 2, 3], [UInt8](repeating: 0, count: 72))
    expectRefusal(try ladder(), naming: "2 × 3", "3 × 2")
  }

  @Test(arguments: [
    "--hidden=0", "--hidden=100000", "--epochs=0", "--batch-size=0", "--learning-rate=-1",
    "--learning-rate=nan", "--seed=-1", "--threads=0",
  ])
  func numbersOutOfRange(option: String) throws {
    let parts = option.split(separator: "=").map(String.init)
    expectRefusal(try ladder(option), naming: parts[0], parts[1])
  }

  @Test(arguments: [[], ["--json"]])
  func aRateThatIsTooHigh(more: [String]) throws { try ladder.expectDivergence(more) }
}
