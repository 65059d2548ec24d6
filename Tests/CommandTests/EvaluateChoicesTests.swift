import Foundation
import TestSupport
import Testing

/// `gpt2 evaluate --choices`; the scores themselves are tested where they are computed.
@Suite struct EvaluateChoicesTests {
  private let workspace: EvaluationWorkspace
  private let choices = TestFiles.fixture("choices.bin")

  init() throws { workspace = try EvaluationWorkspace() }

  @Test func jsonAndTableSayTheSame() throws {
    let result = try workspace.evaluate("--choices", choices, "--data", workspace.data, "--json")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let objects = try result.objects()
    #expect(objects.map { $0["kind"] as? String } == ["text", "choices"])
    let object = try #require(objects.last)
    #expect(object["file"] as? String == choices)
    #expect(object["partial"] as? Bool == false)
    #expect(object["examples"] as? Int == 24 && object["scored"] as? Int == 24)
    let likeliest = try #require(object["likeliest"] as? Int)
    let byToken = try #require(object["likeliestByToken"] as? Int)
    #expect(object["accuracy"] as? Double == Double(likeliest) / 24)
    #expect(object["normalisedAccuracy"] as? Double == Double(byToken) / 24)
    let cut = try #require(object["contextsCut"] as? Int)
    #expect(cut > 0)

    let table = try workspace.evaluate("--choices", choices)
    let lines = table.output.split(separator: "\n")
    #expect(lines.first == choices[...])
    #expect(lines.contains("  examples             24"))
    #expect(lines.contains("  accuracy             \(String(format: "%.4f", Double(likeliest) / 24))"[...]))
    #expect(lines.contains("  normalised accuracy  \(String(format: "%.4f", Double(byToken) / 24))"[...]))
    #expect(lines.contains { $0.hasPrefix("  contexts cut         \(cut) (") })
  }

  @Test func theFirstExamplesOnly() throws {
    let result = try workspace.evaluate("--choices", choices, "--max-examples", "5", "--json")
    #expect(result.exitCode == 0)
    let object = try #require(try result.objects().first)
    #expect(object["examples"] as? Int == 5 && object["scored"] as? Int == 5)
    #expect(object["partial"] as? Bool == false)
    let all = try workspace.evaluate("--choices", choices, "--max-examples", "500", "--json")
    #expect(try all.objects().first?["examples"] as? Int == 24)
  }

  @Test(arguments: [
    (0, 20_240_520, "found a token file, expected a multiple-choice file"),
    (2, 23, "found 2390 bytes, expected "),
    (2, 25, "example 24: found 0 bytes left"), (256, 0, "example 0: found 0 at its beginning"),
    // The first context's tokens: 32 and 0.
    (259, 32, "example 0: found token 32, expected tokens below the vocabulary's 31"),
  ])
  func filesThatDoNotFit(word: Int, value: Int32, message: String) throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: choices)))
    bytes.set(word, to: value)
    let path = try workspace.directory.write(bytes, to: "damaged.bin")
    let result = try workspace.evaluate("--data", workspace.data, "--choices", path)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.hasPrefix("gpt2: \(path): \(message)"), "\(result.diagnostics)")
  }

  /// tiny.bin's 9 positions hold no completion of ten tokens.
  @Test func aCompletionLongerThanTheModel() throws {
    let words: [UInt16] =
      [65_535, 40, 0, 0, 2, 1, 7, 1, 8, 10] + [UInt16](repeating: 3, count: 10)
    var bytes = [UInt8](repeating: 0, count: 1024)
    for (field, value) in [20_240_522, 1, 1, 40].enumerated() { bytes.set(field, to: Int32(value)) }
    bytes += words.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let path = try workspace.directory.write(bytes, to: "long.bin")
    let result = try workspace.evaluate("--choices", path)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("found a completion of 10 tokens, expected at most the model's 9"))
  }
}
