import Foundation
import Testing

@Suite struct BenchCommandTests {
  private static let tiny = [
    "bench", "--model", "d1", "--vocabulary-size", "300", "--positions", "16", "--sequence-length", "8",
    "--batch-size", "2", "--prompt-length", "8", "--memory", "1", "--repetitions", "1", "--quick",
  ]

  @Test func theTableHasEverySectionButGrowth() throws {
    let result = try Command(Self.tiny)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    for text in [
      "peaks  ", "1 thread ", "an empty region", "a training step's operations, B=2 T=8", "a prompt's, T=8",
      "a single token's", "prefill, T=8", "decoding, after 8 tokens", "training, B=2 T=8",
      "the whole, measured as such",
    ] {
      #expect(result.output.contains(text), "no \(text) in\n\(result.output)")
    }
    #expect(!result.output.contains("as batches grow"))
    #expect(!result.output.contains { $0 == "\u{1B}" })
    #if DEBUG
      #expect(result.output.hasPrefix("a debug build: these figures mean nothing"))
    #endif
  }

  @Test func jsonIsOneObjectWithWhatWasNamed() throws {
    let result = try Command(Self.tiny + ["growth", "prefill", "--json", "--threads", "1"])
    #expect(result.exitCode == 0)
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let sections = try #require(object?["sections"] as? [[String: Any]])
    #expect(sections.map { $0["kind"] as? String } == ["prefill", "growth"])
    #expect((object?["settings"] as? [String: Any])?["threads"] as? Int == 1)
  }

  @Test(arguments: [
    ["everything"], ["--model", "d13"], ["--batch-size", "0"], ["--sequence-length", "1025"],
    ["--prompt-length", "0"], ["--precision", "fp8"], ["--repetitions", "0"], ["--memory", "0"],
    ["--threads", "0"], ["--vocabulary-size", "0"], ["--batch-size", "1000000", "--sequence-length", "1024"],
  ])
  func optionsThatCannotBeUsed(arguments: [String]) throws {
    let result = try Command(["bench"] + arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(!result.diagnostics.isEmpty)
  }

  @Test func helpTeaches() throws {
    let result = try Command("bench", "--help")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("  gpt2 bench growth"))
  }

  @Test func aSignalEndsIt() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = Self.tiny + ["--repetitions", "100000"]
    let (output, diagnostics) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = diagnostics
    try process.run()
    // The first line means that measuring has begun.
    _ = diagnostics.fileHandleForReading.availableData
    process.interrupt()
    #expect(output.fileHandleForReading.readDataToEndOfFile().isEmpty)
    process.waitUntilExit()
    try #require(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
  }
}
