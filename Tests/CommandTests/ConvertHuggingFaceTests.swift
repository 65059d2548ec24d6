import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

/// `convert` and the commands that take models, on the folders that transformers wrote
/// (dev/reference/make_huggingface.py).
@Suite struct ConvertHuggingFaceTests {
  private let directory: TemporaryDirectory
  private let model = TestFiles.fixture("huggingface/model")
  private let tokenizer = TestFiles.fixture("tokenizer/small.bin")

  init() throws { directory = try TemporaryDirectory() }

  /// To llm.c's format and back: the weights have the bytes that transformers wrote.
  @Test(arguments: ["model", "sharded"])
  func thereAndBack(name: String) throws {
    let checkpoint = directory.file("model.bin")
    let back = directory.file("back/")
    #expect(try Command("convert", TestFiles.fixture("huggingface/\(name)"), checkpoint).exitCode == 0)
    let result = try Command("convert", checkpoint, back, "--tokenizer", tokenizer)
    #expect(result.exitCode == 0)
    #expect(result.output.isEmpty)
    #expect(
      result.diagnostics.hasPrefix("wrote \(back) (2 layers, 3 heads, 15 channels, 757 tokens, 13 positions"))
    #expect(result.diagnostics.hasSuffix(": Hugging Face, with a tokenizer, fp32, 72040 bytes\n"))
    #expect(try bytes(of: back + "model.safetensors") == bytes(of: model + "/model.safetensors"))
  }

  /// The folder's own tokenizer, in either form, is the one it was made of.
  @Test(arguments: ["model", "sharded"])
  func theTokenizerIsKept(name: String) throws {
    let folder = TestFiles.fixture("huggingface/\(name)")
    let own = directory.file("own.gguf")
    let named = directory.file("named.gguf")
    let back = directory.file("back/")
    let again = directory.file("again.gguf")
    #expect(try Command("convert", folder, own).exitCode == 0)
    #expect(try Command("convert", folder, named, "--tokenizer", tokenizer).exitCode == 0)
    #expect(try bytes(of: own) == bytes(of: named))
    #expect(try Command("convert", own, back).exitCode == 0)
    #expect(try Command("convert", back, again).exitCode == 0)
    #expect(try bytes(of: own) == bytes(of: again))
  }

  @Test func bf16() throws {
    let output = directory.file("bf16/")
    #expect(try Command("convert", model, output, "--format", "bf16").exitCode == 0)
    let reference = TestFiles.fixture("huggingface/bf16.safetensors")
    #expect(try bytes(of: output + "model.safetensors") == bytes(of: reference))
  }

  /// A folder that is there is meant as one, with or without a slash.
  @Test func aFolderThatIsThere() throws {
    let folder = directory.file("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    #expect(try Command("convert", model, folder).exitCode == 0)
    let refused = try Command("convert", model, folder)
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.contains("already exists"))
    #expect(try Command("convert", model, folder, "--overwrite").exitCode == 0)
  }

  @Test func theSameTextFromEveryKind() throws {
    let checkpoint = directory.file("model.bin")
    #expect(try Command("convert", model, checkpoint).exitCode == 0)
    let options = ["--prompt", "the", "--temperature", "0", "--max-tokens", "9", "--ignore-end-of-text"]
    let reference = try Command(
      ["generate", "--model", checkpoint, "--tokenizer", tokenizer] + options)
    #expect(reference.exitCode == 0 && reference.output.count > 3)
    for path in [model, TestFiles.fixture("huggingface/sharded"), model + "/model.safetensors"] {
      let result = try Command(["generate", "--model", path] + options)
      #expect(result.exitCode == 0)
      #expect(result.output == reference.output)
    }
  }

  @Test func evaluateTakesAFolder() throws {
    let text = directory.file("text.txt")
    try String(repeating: "the cat sat on the mat. ", count: 40).write(
      toFile: text, atomically: true, encoding: .utf8)
    let output = directory.file("text")
    #expect(try Command("tokenize", text, "--tokenizer", tokenizer, "--output", output).exitCode == 0)
    let checkpoint = directory.file("model.bin")
    #expect(try Command("convert", model, checkpoint).exitCode == 0)
    let data = ["--data", output + "_train.bin", "--max-tokens", "60", "--json"]
    let runs = [
      try Command(["evaluate", "--model", model] + data),
      try Command(["evaluate", "--model", checkpoint, "--tokenizer", tokenizer] + data),
    ]
    let results = try runs.map { run in
      #expect(run.exitCode == 0)
      let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      return ["loss", "bitsPerByte"].compactMap { object?[$0] as? Double }
    }
    #expect(results[0].count == 2 && results[0] == results[1])
  }

  @Test(arguments: [
    (["x.safetensors"], "so they must have 64 channels; found 5. Name a folder"),
    (["x.safetensors", "--tokenizer", "t.bin"], "A .safetensors file has no room for --tokenizer"),
    (["x/", "--format", "q8_0"], "A safetensors file holds fp32, fp16 or bf16, not q8_0"),
  ])
  func whatCannotBeWritten(arguments: [String], words: String) throws {
    let paths = arguments.map { $0.contains(".") || $0.contains("/") ? directory.file($0) : $0 }
    let result = try Command(["convert", model] + paths)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(words), "\(result.diagnostics)")
    #expect(try directory.names().isEmpty)
  }

  private func bytes(of path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
