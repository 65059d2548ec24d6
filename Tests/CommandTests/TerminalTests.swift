import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

/// What of others reaches a terminal. It obeys escape sequences; a file or a pipe has them as they are.
@Suite struct TerminalTests {
  private let directory: TemporaryDirectory
  private let model: String
  private let tokenizer: String
  private let red = "\u{1B}[31mred\u{9B}0m\u{202E}"
  private let redSpelt = "\\u{1B}[31mred\\u{009B}0m\\u{202E}"

  init() throws {
    directory = try TemporaryDirectory()
    (model, tokenizer) = (directory.file("model.bin"), directory.file("byte.bin"))
    let configuration = try Configuration(
      maximumSequenceLength: 256, vocabularySize: 257, layers: 1, heads: 1, channels: 8)
    try Checkpoint.write(Parameters(random: configuration, seed: 1), to: model, replacing: false)
    try Tokenizer.byteLevel.write(to: tokenizer, replacing: false)
  }

  private var generate: [String] {
    [
      "generate", "--model", model, "--tokenizer", tokenizer, "--prompt", red, "--max-tokens", "150",
      "--seed", "1",
    ]
      + ["--temperature", "5", "--ignore-end-of-text"]
  }

  @Test func aGeneratedTextIsSpeltOut() throws {
    let plain = try TerminalRun(generate)
    #expect(plain.exitCode == 0)
    #expect(plain.shown.contains(redSpelt))
    // The model writes bytes at random, so control characters, too.
    #expect(
      plain.shown.unicodeScalars.allSatisfy {
        $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
      })
    let raw = try TerminalRun(generate + ["--raw-output"])
    #expect(raw.exitCode == 0 && raw.shown.contains(red))
  }

  @Test func aPipeGetsTheTextAsItIs() throws {
    let result = try Command(generate)
    #expect(result.exitCode == 0 && result.output.hasPrefix(red))
    #expect(result.output == (try Command(generate + ["--raw-output"])).output)
  }

  /// On a terminal it is still JSON, of the same text.
  @Test func jsonStaysJSON() throws {
    let result = try TerminalRun(generate + ["--json"])
    let line = try #require(result.shown.split(separator: "\n").first { $0.hasPrefix("{") })
    #expect(!line.contains("\u{9B}"))
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(object?["prompt"] as? String == red)
  }

  @Test(arguments: [false, true])
  func namesOfFilesAreSpeltOut(onTerminal: Bool) throws {
    let name = directory.file("\u{1B}]0;title\u{7}\nforged: line")
    let arguments = ["evaluate", "--model", name, "--data", name]
    let said = onTerminal ? try TerminalRun(arguments).shown : try Command(arguments).diagnostics
    #expect(said.contains("\\u{1B}]0;title\\u{07}\\nforged: line"))
    #expect(said.split(separator: "\n").count == 1)
    #expect(!said.contains("\u{1B}]"))
  }

  /// Of an index's entry the system would take what is before a zero for the name.
  @Test(arguments: [("model.safetensors\\u0000.other", "\\0.other"), ("\\u001b[2J", "no such file")])
  func entriesOfAnIndex(entry: String, words: String) throws {
    let folder = directory.file("folder")
    let index = #"{"metadata": {}, "weight_map": {"wte.weight": ""# + entry + #""}}"#
    try directory.write(index, to: "folder/model.safetensors.index.json")
    try directory.write(
      #"{"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 8, "vocab_size": 257, "n_positions": 16}"#,
      to: "folder/config.json")
    let result = try Command("convert", folder, directory.file("out.bin"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(words), "\(result.diagnostics)")
    #expect(!result.diagnostics.contains("\u{1B}"))
  }
}
