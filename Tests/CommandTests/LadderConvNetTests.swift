import Foundation
import TestSupport
import Testing

/// `ladder convnet`.
@Suite struct LadderConvNetTests {
  private let ladder: DigitRung

  /// Twenty training and ten test images of 5 × 4 pixels.
  init() throws {
    ladder = try DigitRung(
      ["convnet", "--kernel", "1", "--first-maps", "3", "--second-maps", "2", "--hidden", "4"],
      training: 20, test: 10, rows: 5, columns: 4, lit: { 2 * $0 })
  }

  @Test func learnsAndDraws() throws {
    let output = ladder.directory.file("lessons/convnet")
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
      ["convnet", "--data", ladder.directory.file("none")], executable: Command.ladder)
    expectRefusal(result, naming: "train-images-idx3-ubyte.gz", "scripts/fetch-lessons.sh")
  }

  @Test func imagesThatAreTooSmall() throws {
    let result = try Command(["convnet", "--data", ladder.directory.path], executable: Command.ladder)
    expectRefusal(result, naming: ladder.directory.path, "5 × 4", "at least 16 × 16")
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
  func aRateThatIsTooHigh(more: [String]) throws { try ladder.expectDivergence(more) }
}
