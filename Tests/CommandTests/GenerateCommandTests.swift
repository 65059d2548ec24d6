import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

/// `generate` with a model that was trained for a few steps.
@Suite struct GenerateCommandTests {
  let workspace: Workspace
  let model: String

  init() throws {
    workspace = try Workspace()
    let trained = try workspace.train("--steps", "20")
    try #require(trained.exitCode == 0)
    model = workspace.directory.file("run/model_00000020.bin")
  }

  private func generate(_ more: String..., input: String? = nil) throws -> Command {
    try Command(
      ["generate", "--model", model, "--tokenizer", workspace.tokenizer, "--ignore-end-of-text"] + more,
      input: input)
  }

  private struct Text: Decodable {
    struct Token: Decodable {
      let id: Int
      let text: String
      let logProbability: Double
      let alternatives: [Token]?
    }
    let sample: Int
    let seed: UInt64
    let prompt: String
    let text: String
    let finishReason: String
    let tokens: [Token]
  }

  private func texts(_ output: String) throws -> [Text] {
    let decoder = JSONDecoder()
    return try output.split(separator: "\n").dropLast().map {
      try decoder.decode(Text.self, from: Data($0.utf8))
    }
  }

  @Test func jsonHasTokensProbabilitiesAndTimes() throws {
    let result = try generate(
      "--prompt", "To be", "--max-tokens", "5", "--texts", "2", "--json", "--alternatives", "3", "--seed", "7"
    )
    #expect(result.exitCode == 0)
    let texts = try texts(result.output)
    #expect(texts.map(\.sample) == [0, 1] && texts.map(\.seed) == [7, 8])
    for text in texts {
      #expect(text.prompt == "To be" && text.finishReason == "length" && text.tokens.count == 5)
      for token in text.tokens {
        #expect(token.logProbability < 0)
        let likeliest = try #require(token.alternatives)
        #expect(likeliest.count == 3 && likeliest[0].logProbability >= likeliest[1].logProbability)
      }
    }
    let times = try #require(result.output.split(separator: "\n").last)
    for key in ["timeToFirstToken", "promptTokens", "decodedTokens", "prefill", "decode"] {
      #expect(times.contains("\"\(key)\":"))
    }
  }

  /// A text is the same alone and as one of several, as text and as JSON.
  @Test func samplesAreWhatTheirSeedsGive() throws {
    let together = try texts(
      try generate("--prompt", "To", "--max-tokens", "12", "--texts", "3", "--json", "--seed", "1337").output)
    for (index, text) in together.enumerated() {
      let alone = try generate("--prompt", "To", "--max-tokens", "12", "--seed", String(1337 + index))
      #expect(alone.output == "To" + text.text + "\n")
    }
    let plain = try generate("--prompt", "To", "--max-tokens", "12", "--texts", "3", "--seed", "1337")
    #expect(plain.output == together.enumerated().map { "--- \($0 + 1) of 3 ---\nTo\($1.text)\n" }.joined())
  }

  /// Without a seed each run has its own, and says which.
  @Test func aDrawnSeedIsNamed() throws {
    let runs = try (0..<2).map { _ in try generate("--prompt", "To", "--max-tokens", "30") }
    #expect(runs[0].output != runs[1].output)
    let named = try #require(runs[0].diagnostics.firstMatch(of: /seed (\d+): the same text again/))
    let again = try generate("--prompt", "To", "--max-tokens", "30", "--seed", String(named.1))
    #expect(again.output == runs[0].output && !again.diagnostics.contains("seed"))
    let likeliest = try generate("--prompt", "To", "--max-tokens", "3", "--temperature", "0")
    #expect(!likeliest.diagnostics.contains("seed"))
  }

  @Test func promptsFromFilesAndStandardInput() throws {
    let file = workspace.directory.file("prompt.txt")
    try "Whether 'tis".write(toFile: file, atomically: true, encoding: .utf8)
    let expected = try generate("--prompt", "Whether 'tis", "--max-tokens", "8", "--temperature", "0").output
    #expect(expected.hasPrefix("Whether 'tis"))
    let fromFile = try generate("--prompt-file", file, "--max-tokens", "8", "--temperature", "0")
    #expect(fromFile.output == expected)
    let fromInput = try generate(
      "--prompt-file", "-", "--max-tokens", "8", "--temperature", "0", input: "Whether 'tis")
    #expect(fromInput.output == expected)
    let windows = try generate(
      "--prompt-file", "-", "--max-tokens", "8", "--temperature", "0", input: "To\r\nbe")
    #expect(windows.output.hasPrefix("To\nbe"))
    #expect(
      windows.diagnostics.contains("standard input: 1 line ends of Windows (\\r\\n or \\r) were read as \\n"))
    // By bytes, as the first token may be an accent, which makes another character of the last letter.
    let raw = try generate(
      "--prompt-file", "-", "--raw", "--max-tokens", "8", "--seed", "5", input: "To\r\nbe")
    #expect(raw.output.utf8.starts(with: "To\r\nbe".utf8))
  }

  /// The model has 16 positions, one a byte.
  @Test func ofALongPromptTheLastTokens() throws {
    let prompt = "Whether 'tis nobler in the mind"
    let refused = try generate("--prompt", prompt, "--max-tokens", "4")
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.contains("found a sequence of 31 tokens, expected at most the model's 16"))

    let options = ["--max-tokens", "4", "--temperature", "0", "--json"]
    let whole = try run(["--prompt", prompt, "--keep-last"] + options)
    #expect(whole.exitCode == 0, "\(whole.diagnostics)")
    #expect(whole.diagnostics.contains("read the last 16 of the prompt's 31 tokens"))
    let end = try run(["--prompt", String(prompt.suffix(16)), "--keep-last"] + options)
    #expect(!end.diagnostics.contains("read the last"))
    #expect(
      try texts(whole.output).map { $0.tokens.map(\.id) } == texts(end.output).map { $0.tokens.map(\.id) })
  }

  @Test func aStopStringEndsTheText() throws {
    let whole = try generate("--prompt", "To", "--max-tokens", "40", "--temperature", "0").output.dropLast()
    let end = String(whole.dropFirst(20).prefix(3))
    let stopped = try generate("--prompt", "To", "--max-tokens", "40", "--temperature", "0", "--stop", end)
    let cut = try #require(whole.dropFirst(2).range(of: end))
    #expect(stopped.output == whole[..<cut.lowerBound] + "\n")
  }

  @Test func aConversationGoesOn() throws {
    let result = try generate(
      "--interactive", "--max-tokens", "6", "--temperature", "0", input: "To be\nor not\n\n")
    #expect(result.exitCode == 0)
    #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count >= 4)
    #expect(result.diagnostics.contains("decoding: 16 tokens"))
  }

  /// The GGUF file alone says the same as the checkpoint and its tokenizer.
  @Test func ggufAlone() throws {
    let gguf = workspace.directory.file("model.gguf")
    let converted = try Command("convert", model, gguf, "--tokenizer", workspace.tokenizer)
    try #require(converted.exitCode == 0, "\(converted.diagnostics)")
    let options = ["--prompt", "To be", "--max-tokens", "20", "--ignore-end-of-text", "--seed", "5"]
    let fromGGUF = try Command(["generate", "--model", gguf] + options)
    #expect(fromGGUF.exitCode == 0)
    #expect(try generate("--prompt", "To be", "--max-tokens", "20", "--seed", "5").output == fromGGUF.output)
  }

  @Test(arguments: ["fp16", "bf16", "q8_0", "q4_0"])
  func weightsRoundedWhileLoading(format: String) throws {
    let gguf = workspace.directory.file("model.gguf")
    let converted = try Command(
      "convert", model, gguf, "--format", format, "--tokenizer", workspace.tokenizer)
    try #require(converted.exitCode == 0, "\(converted.diagnostics)")
    let rounded = try generate(
      "--prompt", "To be", "--max-tokens", "10", "--temperature", "0", "--quantize", format)
    let stored = try Command(
      "generate", "--model", gguf, "--prompt", "To be", "--max-tokens", "10", "--temperature", "0",
      "--ignore-end-of-text")
    #expect(rounded.exitCode == 0 && rounded.output == stored.output)
  }

  /// As one text, as several, in JSON with its log-probabilities, and in a conversation.
  @Test(arguments: ["q4_0", "q8_0", "ngram"])
  func draftsChangeNothing(draft: String) throws {
    for options in [
      ["--temperature", "0"], ["--texts", "3"], ["--json", "--alternatives", "2", "--top-k", "4"],
      ["--interactive", "--temperature", "0", "--stop", "e"],
    ] {
      let command =
        options + (options[0] == "--interactive" ? [] : ["--prompt", "To be"]) + [
          "--max-tokens", "40", "--seed", "5",
        ]
      let (plain, drafted) = try (run(command), run(command + ["--draft", draft]))
      #expect(drafted.exitCode == 0, "\(drafted.diagnostics)")
      let isJSON = options[0] == "--json"
      #expect(withoutTimes(drafted.output, isJSON) == withoutTimes(plain.output, isJSON))
      #expect(drafted.diagnostics.contains("drafted tokens accepted"))
      #expect(!plain.diagnostics.contains("drafted tokens accepted"))
      for key in ["draft", "proposed", "accepted", "passes"] {
        #expect(drafted.output.contains("\"\(key)\":") == isJSON)
      }
    }
  }

  private func run(_ options: [String]) throws -> Command {
    try Command(
      ["generate", "--model", model, "--tokenizer", workspace.tokenizer, "--ignore-end-of-text"] + options,
      input: options.contains("--interactive") ? "To be\nor not\n\n" : nil)
  }

  private func withoutTimes(_ output: String, _ isJSON: Bool) -> [Substring] {
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    return isJSON ? lines.filter { !$0.contains("timeToFirstToken") } : lines
  }

  @Test(arguments: [
    (["--prompt", ""], "empty prompt"), (["--prompt-file", "-"], "empty prompt"),
    (["--prompt", "a very long prompt for sixteen positions"], "sequence of 40 tokens"),
    (["--prompt-file", "/nowhere"], "/nowhere"),
    (["--prompt", "x", "--prompt-file", "y"], "expected one of them"),
    (["--prompt", "x", "--raw"], "--raw is for --prompt-file"), (["--top-p", "0"], "top-p"),
    (["--top-p", "1.5"], "top-p"), (["--temperature=-1"], "temperature"),
    (["--temperature", "nan"], "temperature"), (["--min-p", "2"], "min-p"), (["--top-k", "0"], "top-k"),
    (["--repetition-penalty", "0"], "penalty"), (["--max-tokens", "0"], "at least 1"),
    (["--logit-bias", "999=1"], "999"), (["--logit-bias", "x"], "logit-bias"),
    (["--stop", ""], "stop string"),
    (["--texts", "0"], "--texts"), (["--alternatives", "2"], "--json"),
    (["--interactive", "--json"], "--interactive"),
    (["--quantize", "q5_0"], "q5_0"),
    (["--draft", "q5_0"], "q5_0"), (["--draft", "fp16"], "fp16"),
    (["--draft", "q4_0", "--quantize", "q4_0"], "a draft in q4_0 for weights in q4_0"),
    (["--draft", "q8_0", "--quantize", "q4_0"], "expected a smaller format"),
  ])
  func whatCannotBeUsed(options: [String], words: String) throws {
    let result = try Command(
      ["generate", "--model", model, "--tokenizer", workspace.tokenizer] + options)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty && result.diagnostics.contains(words), "\(result.diagnostics)")
  }

  /// The ids of a prompt are its bytes here.
  @Test func promptsOfIDs() throws {
    let ids = "84,111, 32,98,101"
    let byText = try generate("--prompt", "To be", "--max-tokens", "8", "--json", "--seed", "5")
    let byIDs = try generate("--prompt-tokens", ids, "--max-tokens", "8", "--json", "--seed", "5")
    #expect(byIDs.exitCode == 0, "\(byIDs.diagnostics)")
    let (expected, found) = try (texts(byText.output), texts(byIDs.output))
    #expect(found.map(\.text) == expected.map(\.text) && found.map(\.prompt) == ["To be"])

    let alone = try Command(
      "generate", "--model", model, "--prompt-tokens", ids, "--max-tokens", "8", "--ignore-end-of-text",
      "--seed",
      "5")
    #expect(alone.exitCode == 0, "\(alone.diagnostics)")
    let all: [Int] = [84, 111, 32, 98, 101] + expected[0].tokens.map(\.id)
    let numbers = all.map { "\($0) " }.joined()
    #expect(alone.output == numbers + "\n")
  }

  @Test(arguments: [
    (
      ["--prompt-tokens", "3,257"],
      "--prompt-tokens: found token 257 at position 1, expected tokens below 257"
    ),
    (["--prompt-tokens", "3,-1"], "--prompt-tokens"), (["--prompt-tokens", ""], "--prompt-tokens"),
    (["--prompt-tokens", "3,x"], "--prompt-tokens"), (["--prompt-tokens", "3,,4"], "--prompt-tokens"),
    (["--prompt-tokens", "3", "--prompt", "x"], "Found --prompt and --prompt-tokens, expected one of them"),
    (["--prompt-tokens", "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"], "sequence of 17 tokens"),
  ])
  func idsThatCannotBeUsed(options: [String], words: String) throws {
    let result = try Command(["generate", "--model", model] + options)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty && result.diagnostics.contains(words), "\(result.diagnostics)")
  }

  @Test func aCheckpointAloneHasNoTokenizer() throws {
    let result = try Command("generate", "--model", model, "--prompt", "x")
    #expect(result.exitCode == 2 && result.diagnostics.contains("holds no tokenizer"))
  }

  /// NaN weights load, but cannot speak.
  @Test func damagedWeights() throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: model))
    let end = bytes.count
    bytes.replaceSubrange(end - 4..<end, with: [0, 0, 0xC0, 0x7F])
    let damaged = workspace.directory.file("damaged.bin")
    try bytes.write(to: URL(fileURLWithPath: damaged))
    let result = try Command(
      "generate", "--model", damaged, "--tokenizer", workspace.tokenizer, "--prompt", "x")
    #expect(result.exitCode == 1 && result.diagnostics.contains("weights are damaged"))
  }
}
