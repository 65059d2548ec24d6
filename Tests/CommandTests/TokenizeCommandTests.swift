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
    let tooFew = try Command("tokenize", text, "--validation-tokens", "1")
    #expect(tooFew.exitCode == 2)
    #expect(tooFew.diagnostics.contains("--validation-tokens is 1, expected a whole number of at least 2"))
  }

  /// The text is missing too, which only reading it would tell.
  @Test(arguments: ["byte.bin", "a_val.bin", "a_train.bin"])
  func outputsAreCheckedBeforeTheTextIsRead(name: String) throws {
    let path = try directory.write([7], to: name)
    let result = try Command(
      "tokenize", directory.file("missing.txt"), "--byte-level", directory.file("byte.bin"), "--output",
      directory.file("a"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.hasPrefix("gpt2: \(path): already exists"))
    #expect(try directory.names() == [name])
  }

  @Test func aTextThatFailsLeavesNothing() throws {
    let missing = directory.file("missing.txt")
    let empty = try directory.write([], to: "empty.txt")
    for (text, words) in [(missing, "no such file"), (empty, "the text is empty")] {
      let result = try Command(
        "tokenize", "--byte-level", directory.file("byte.bin"), text, "--output", directory.file("a"))
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.hasPrefix("gpt2: \(text): "))
      #expect(result.diagnostics.contains(words))
      #expect(!result.diagnostics.contains("wrote"))
      #expect(try directory.names() == ["empty.txt"])
    }
  }

  @Test func allThatWasWrittenIsSaidAtTheEnd() throws {
    let text = try directory.write(Array(repeating: UInt8(ascii: "a"), count: 99), to: "a.txt")
    let tokenizer = directory.file("byte.bin")
    let prefix = directory.file("a")
    let result = try Command("tokenize", "--byte-level", tokenizer, text, "--output", prefix)
    #expect(result.exitCode == 0)
    #expect(
      result.diagnostics == """
        wrote \(tokenizer): 256 bytes and end-of-text
        wrote \(prefix)_val.bin: 10 tokens
        wrote \(prefix)_train.bin: 90 tokens

        """)
    #expect(try directory.names() == ["a.txt", "a_train.bin", "a_val.bin", "byte.bin"])
  }

  @Test func anOutputWithoutATextIsRefused() throws {
    let result = try Command(
      "tokenize", "--byte-level", directory.file("byte.bin"), "--output", directory.file("a"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("--output"))
    #expect(try directory.names().isEmpty)
  }
}
