import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

@Suite struct EvaluateCommandTests {
  private let workspace: EvaluationWorkspace

  init() throws { workspace = try EvaluationWorkspace() }

  @Test func aTokenFileAgainstThePlainModel() throws {
    // Non-overlapping windows of 9 tokens: 9, 9 and 6 targets.
    let tokens = workspace.tokens
    let expected = [0..<10, 9..<19, 18..<25].reduce(0) {
      $0 + workspace.plain.losses(of: Array(tokens[$1])).reduce(0, +)
    }
    let result = try workspace.evaluate(
      "--data", workspace.data, "--tokenizer", workspace.tokenizer, "--json")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let object = try #require(try result.objects().first)
    #expect(object["kind"] as? String == "text")
    #expect(object["file"] as? String == workspace.data)
    #expect(object["partial"] as? Bool == false)
    #expect(object["tokens"] as? Int == 24 && object["scored"] as? Int == 24)
    #expect(abs(try #require(object["loss"] as? Double) - expected / 24) < 1e-4)
    #expect(abs(try #require(object["perplexity"] as? Double) / exp(expected / 24) - 1) < 1e-4)
    let bytes = 2 * tokens.dropFirst().count { $0 != 0 }
    #expect(object["bytes"] as? Int == bytes)
    let bits = expected / log(2) / Double(bytes)
    #expect(abs(try #require(object["bitsPerByte"] as? Double) - bits) < 1e-4)
    #expect((object["tokensPerSecond"] as? Double ?? 0) > 0)
  }

  @Test func theTableSaysTheSame() throws {
    let result = try workspace.evaluate(
      "--data", workspace.data, "--max-tokens", "6", "--sequence-length", "4", "--stride", "2")
    let x = workspace.tokens
    let first = workspace.plain.losses(of: Array(x[0..<5]))
    let second = workspace.plain.losses(of: Array(x[2..<7])).suffix(2)
    let loss = (first + second).reduce(0, +) / 6
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == workspace.data[...])
    #expect(lines.contains("  tokens      6"))
    #expect(lines.contains("  windows     4 tokens, stride 2"))
    #expect(lines.contains("  loss        \(String(format: "%.4f", loss))"[...]))
    #expect(lines.contains("  perplexity  \(String(format: "%.2f", exp(loss)))"[...]))
    #expect(!result.output.contains("bits per byte"))
  }

  @Test func filesComeInOrderInBF16Too() throws {
    let other = workspace.directory.file("other.bin")
    try TokenFile.write([3, 4, 5], to: other, replacing: false)
    let result = try workspace.evaluate(
      "--data", workspace.data, "--data", other, "--json", "--precision", "bf16", "--threads", "1")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let objects = try result.objects()
    #expect(objects.map { $0["file"] as? String } == [workspace.data, other])
    #expect(objects.map { $0["tokens"] as? Int } == [24, 2])
  }

  @Test(arguments: [
    [], ["--data", "x", "--stride", "0"], ["--data", "x", "--max-tokens", "0"],
    ["--data", "x", "--sequence-length", "-1"], ["--data", "x", "--precision", "fp8"],
    ["--data", "DATA", "--stride", "10"], ["--data", "DATA", "-t", "10"],
    ["--data", "DATA", "-t", "4", "--stride", "5"], ["--choices", "x", "--max-examples", "0"],
    ["--lambada", "x"], ["--data", "DATA", "--max-examples", "1"], ["--choices", "CHOICES", "--stride", "1"],
    ["--choices", "CHOICES", "--max-tokens", "1"], ["--choices", "CHOICES", "-t", "1"],
  ])
  func optionsThatCannotBeUsed(arguments: [String]) throws {
    let files = ["DATA": workspace.data, "CHOICES": TestFiles.fixture("choices.bin")]
    let arguments = arguments.map { files[$0] ?? $0 }
    let result = try Command(["evaluate", "--model", workspace.model] + arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(!result.diagnostics.isEmpty)
  }

  /// The first file is good; nothing is printed about it, since the second is looked at before.
  @Test func filesThatDoNotFit() throws {
    for tokens: [UInt16] in [[5], [5, 31, 2]] {
      let path = workspace.directory.file("bad.bin")
      try TokenFile.write(tokens, to: path, replacing: true)
      let result = try workspace.evaluate("--data", workspace.data, "--data", path)
      #expect(result.exitCode == 2)
      #expect(result.output.isEmpty)
      #expect(result.diagnostics.hasPrefix("gpt2: \(path): found "))
    }
    let byteLevel = workspace.directory.file("byte.bin")
    try Tokenizer.byteLevel.write(to: byteLevel, replacing: false)
    let result = try workspace.evaluate("--data", workspace.data, "--tokenizer", byteLevel)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.hasPrefix("gpt2: \(byteLevel): found a vocabulary of 257 tokens"))
  }

  @Test func damagedWeightsAreAnError() throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: workspace.model)))
    bytes.set(bytes.count / 4 - 1, to: Int32(bitPattern: Float.nan.bitPattern))
    let path = try workspace.directory.write(bytes, to: "nan.bin")
    let result = try Command("evaluate", "--model", path, "--data", workspace.data)
    #expect(result.exitCode == 1)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.contains("expected a finite number"))
  }

  @Test(arguments: [false, true])
  func aSignalEndsItWithWhatThereIs(json: Bool) throws {
    let tokens = (0..<2_000_000).map { UInt16($0 % 31) }
    let path = workspace.directory.file("long.bin")
    try TokenFile.write(tokens, to: path, replacing: false)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments =
      ["evaluate", "--model", workspace.model, "--data", path, "--stride", "1", "--data", workspace.data]
      + (json ? ["--json"] : [])
    let (output, diagnostics) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = diagnostics
    try process.run()
    // The first line means that scoring has begun.
    _ = diagnostics.fileHandleForReading.availableData
    process.interrupt()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let said = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    #expect(text.contains(json ? #""partial":true"# : " of 1999999 (partial)"))
    #expect(!text.contains(workspace.data), "the next file was begun")
    #expect(said.contains("\(path): stopped after "))
  }
}
