import Foundation
import TestSupport
import Testing

@Suite struct TokenizeCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// llm.c's two files; the sums are of what its data script writes.
  @Test(
    .enabled(
      if: TestFiles.data("tinyshakespeare.txt") != nil && TestFiles.data("gpt2_tokenizer.bin") != nil,
      "skipped: tinyshakespeare.txt or gpt2_tokenizer.bin not found"))
  func tinyshakespeareGivesLlmcsFiles() throws {
    let text = try #require(TestFiles.data("tinyshakespeare.txt"))
    let tokenizer = try #require(TestFiles.data("gpt2_tokenizer.bin"))
    let result = try Command(
      "tokenize", text, "--tokenizer", tokenizer, "--output", directory.file("tiny"))
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("tiny_val.bin: 32768 tokens"))
    #expect(result.diagnostics.contains("tiny_train.bin: 305260 tokens"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("tiny_val.bin"))).count == 66560)
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("tiny_train.bin"))).count == 611_544)
  }

  @Test func outputsAreNotOverwrittenUnlessAsked() throws {
    let tokenizer = directory.file("byte.bin")
    #expect(try Command("tokenize", "--byte-level", tokenizer).exitCode == 0)
    #expect(try Command("tokenize", "--byte-level", tokenizer).exitCode == 2)
    #expect(try Command("tokenize", "--byte-level", tokenizer, "--overwrite").exitCode == 0)

    let text = try directory.write(Array(repeating: UInt8(ascii: "a"), count: 100), to: "a.txt")
    let arguments = ["tokenize", text, "--tokenizer", tokenizer, "--output", directory.file("a")]
    #expect(try Command(arguments).exitCode == 0)
    let again = try Command(arguments)
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains("a_val.bin: already exists"))
    #expect(try Command(arguments + ["--overwrite"]).exitCode == 0)
  }

  @Test func theNumberOfValidationTokensCanBeChosen() throws {
    let tokenizer = directory.file("byte.bin")
    _ = try Command("tokenize", "--byte-level", tokenizer)
    let text = try directory.write(Array(repeating: UInt8(ascii: "a"), count: 99), to: "a.txt")
    let result = try Command(
      "tokenize", text, "--tokenizer", tokenizer, "--output", directory.file("a"), "--validation-tokens", "30"
    )
    #expect(result.diagnostics.contains("a_val.bin: 30 tokens"))
    #expect(result.diagnostics.contains("a_train.bin: 70 tokens"))
    let tooMany = try Command(
      "tokenize", text, "--tokenizer", tokenizer, "--output", directory.file("b"), "--validation-tokens", "99"
    )
    #expect(tooMany.exitCode == 2)
    #expect(try !directory.names().contains { $0.hasPrefix("b_") })
  }
}
