import Foundation
import TestSupport
import Testing

/// Special tokens in texts and prompts, as a user sees them (dev/reference/make_special_tokens.py).
@Suite struct SpecialTokensCommandTests {
  private let directory: TemporaryDirectory
  private let model = TestFiles.fixture("special_tokens/model")
  private let text = "a[PAD]<nl><|endoftext|>"

  init() throws { directory = try TemporaryDirectory() }

  /// Training data is text unless asked; what is added and not special is always found.
  @Test(arguments: ["", "/tokenizer.json"])
  func tokenize(file: String) throws {
    let spelt: [UInt16] = [
      756, 64, 58, 47, 32, 35, 60, 757, 27, 91, 266, 67, 78, 69, 521, 419, 91, 29,
    ]
    #expect(try tokens(model + file) == spelt)
    #expect(try tokens(model + file, "--no-special-tokens") == spelt)
    #expect(try tokens(model + file, "--special-tokens") == [756, 64, 769, 757, 756])
  }

  @Test func tokenizeWithLLMCsFile() throws {
    let tokenizer = TestFiles.fixture("tokenizer/small.bin")
    #expect(try tokens(tokenizer, "--special-tokens").last == 756)
    #expect(try tokens(tokenizer).dropFirst().contains(756) == false)
  }

  @Test func tokensHaveNoSpecialOnes() throws {
    let result = try Command(
      "tokenize", "--from-tokens", "uint16", "x", "--special-tokens", "--output", directory.file("out"))
    #expect(result.exitCode != 0 && result.diagnostics.contains("--special-tokens is for texts"))
  }

  /// How many tokens the prompt is: with the tokenizer of a folder or a GGUF file, its special ones count as one.
  @Test func generate() throws {
    let gguf = directory.file("model.gguf")
    let converted = try Command("convert", model, gguf)
    #expect(converted.exitCode == 0 && converted.diagnostics.contains("'[MASK]', '[R]', '[B]', 'word'"))
    for path in [model, gguf] {
      #expect(try promptLength("--model", path) == 2)
      #expect(try promptLength("--model", path, "--special-tokens") == 2)
      #expect(try promptLength("--model", path, "--no-special-tokens") == 6)
    }
    let checkpoint = directory.file("model.bin")
    #expect(try Command("convert", model, checkpoint).diagnostics.contains("has no room for a tokenizer"))
    for tokenizer in [model, gguf, model + "/tokenizer.json"] {
      #expect(try promptLength("--model", checkpoint, "--tokenizer", tokenizer) == 2)
    }
  }

  @Test func aFolderKeepsItsBytes() throws {
    let output = directory.file("copy/")
    #expect(try Command("convert", model, output).exitCode == 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: model) {
      #expect(
        FileManager.default.contentsEqual(atPath: "\(model)/\(name)", andPath: output + name), "\(name)")
    }
  }

  /// llm.c's file holds no added tokens: a run that began with a folder keeps them beside it. One that takes its place,
  /// with a tokenizer of llm.c's, does not.
  @Test func aRunKeepsThem() throws {
    _ = try tokens(model)
    let run = directory.file("run")
    func train(_ options: String...) throws -> Command {
      let data = directory.file("out_train.bin")
      return try Command(
        ["train", "--data", data, "--output", run, "--steps", "1", "-b", "1", "-t", "4"] + options)
    }
    let result = try train("--model", model)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(try promptLength("--model", run) == 2)
    let folder = directory.file("folder/")
    #expect(try Command("convert", run, folder).exitCode == 0)
    #expect(try tokens(folder, "--special-tokens") == [756, 64, 769, 757, 756])

    let byteLevel = directory.file("byte.bin")
    #expect(try Command("tokenize", "--byte-level", byteLevel).exitCode == 0)
    _ = try tokens(byteLevel)
    let other = try train("--model", "d1", "--tokenizer", byteLevel, "--overwrite")
    #expect(other.exitCode == 0, "\(other.diagnostics)")
    #expect(try promptLength("--model", run) == 6)
  }

  @Test func whatIsNoTokenizerIsNamed() throws {
    let result = try Command(
      "generate", "--model", model, "--tokenizer", TestFiles.fixture("tiny.bin"), "--prompt", "a")
    expectRefusal(result, naming: "a model checkpoint of llm.c's, which holds no tokenizer")
  }

  private func promptLength(_ options: String...) throws -> Int? {
    let result = try Command(
      ["generate", "--prompt", "a[PAD]", "--max-tokens", "1", "--json"] + options)
    let line = try #require(result.output.split(separator: "\n").last, "\(result.diagnostics)")
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: [String: Any]]
    return object?["times"]?["promptTokens"] as? Int
  }

  private func tokens(_ tokenizer: String, _ options: String...) throws -> [UInt16] {
    let source = directory.file("text.txt")
    try text.write(toFile: source, atomically: true, encoding: .utf8)
    let prefix = directory.file("out")
    let result = try Command(
      [
        "tokenize", source, "--tokenizer", tokenizer, "--output", prefix, "--validation-tokens", "0",
        "--overwrite",
      ]
        + options)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: prefix + "_train.bin")).dropFirst(1024)
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
  }
}
