import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

@Suite struct ConvertCommandTests {
  private let directory: TemporaryDirectory
  private let model = TestFiles.fixture("gguf/model_q8_0.gguf")
  private let awkward = TestFiles.fixture("awkward.bin")

  init() throws { directory = try TemporaryDirectory() }

  @Test func fp32ToGGUFAndBackGivesTheSameBytes() throws {
    let gguf = directory.file("a.gguf")
    let back = directory.file("a.bin")
    let there = try Command("convert", awkward, gguf, "--without-tokenizer")
    #expect(there.exitCode == 0)
    #expect(there.output.isEmpty)
    let model = "3 layers, 3 heads, 48 channels, 97 tokens, 32 positions: "
    #expect(there.diagnostics.hasPrefix("wrote \(gguf) (\(model)"))
    let size = try bytes(of: gguf).count
    #expect(there.diagnostics.hasSuffix("parameters): GGUF, without a tokenizer, fp32, \(size) bytes\n"))
    let result = try Command("convert", gguf, back)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains(": llm.c's version 3, fp32, 371392 bytes"))
    #expect(try bytes(of: back) == bytes(of: awkward))
  }

  @Test func bf16IsVersion5() throws {
    let output = directory.file("tiny.bin")
    let result = try Command("convert", TestFiles.fixture("tiny.bin"), output, "--format", "bf16")
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains(": llm.c's version 5, bf16, 7204 bytes"))
    #expect(try bytes(of: output) == bytes(of: TestFiles.fixture("tiny_bf16.bin")))
  }

  /// What the Python package `gguf` wrote, without its tokenizer and with it again: from the file and from its own.
  @Test func theFileOfPythonComesOutAgain() throws {
    let copy = directory.file("copy.gguf")
    #expect(try Command("convert", model, copy).exitCode == 0)
    #expect(try bytes(of: copy) == bytes(of: model))

    let tokenizer = TestFiles.fixture("tokenizer/small.bin")
    let again = directory.file("again.gguf")
    let result = try Command("convert", model, again, "--tokenizer", tokenizer)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains(": GGUF, with a tokenizer, q8_0, 62560 bytes"))
    #expect(try bytes(of: again) == bytes(of: model))
  }

  @Test(arguments: ["fp32", "fp16", "bf16", "q8_0", "q4_0"])
  func everyFormat(format: String) throws {
    let output = directory.file("\(format).gguf")
    let result = try Command("convert", model, output, "--format", format)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("with a tokenizer, \(format), "))
    // In the format it has, nothing changes.
    let again = directory.file("again.gguf")
    #expect(try Command("convert", output, again).exitCode == 0)
    #expect(try bytes(of: again) == bytes(of: output))
  }

  @Test func anExistingFileIsNotOverwrittenUnlessAsked() throws {
    let output = try directory.write([1], to: "a.gguf")
    let refused = try Command("convert", awkward, output)
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.hasPrefix("gpt2: \(output): already exists"))
    #expect(try Command("convert", awkward, output, "--overwrite", "--without-tokenizer").exitCode == 0)
    #expect(try bytes(of: output).count > 1)
  }

  @Test(arguments: [
    (["a.bin", "--format", "q8_0"], "A .bin file holds fp32 or bf16, not q8_0"),
    (["a.bin", "--format", "fp16"], "A .bin file holds fp32 or bf16, not fp16"),
    // The format of the input.
    (["a.bin"], "A .bin file holds fp32 or bf16, not q8_0"),
    (["a.bin", "--tokenizer", "t.bin"], "A .bin file has no room for --tokenizer"),
    (["a.onnx"], "expected a name that ends in .gguf, .bin or .safetensors, or in /"),
    (["a.gguf", "--format", "q5_0"], "'q5_0' is invalid"),
    (["a.gguf", "--format", "q4_K"], "Please provide one of 'fp32', 'fp16', 'bf16', 'q8_0' or 'q4_0'"),
    (["a.gguf", "--tokenizer", "missing.bin"], "missing.bin: no such file"),
    ([], "Missing expected argument '<output>'"),
  ])
  func whatCannotBeWritten(arguments: [String], words: String) throws {
    let paths = arguments.map { $0.contains(".") ? directory.file($0) : $0 }
    let result = try Command(["convert", model] + paths)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(words))
    #expect(try directory.names().isEmpty)
  }

  @Test func whatCannotBeRead() throws {
    let output = directory.file("a.gguf")
    let text = try directory.write(Array("no model at all".utf8), to: "text.bin")
    for (input, words) in [
      (directory.file("missing.bin"), "no such file"), (text, "found text, expected a model checkpoint"),
      (TestFiles.fixture("gguf/types.gguf"), "found architecture 'test', expected 'gpt2'"),
    ] {
      let result = try Command("convert", input, output)
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.hasPrefix("gpt2: \(input): "))
      #expect(result.diagnostics.contains(words))
    }
    #expect(try directory.names() == ["text.bin"])
  }

  /// llama.cpp does not open a file without one.
  @Test func aGGUFFileWithoutATokenizer() throws {
    let result = try Command("convert", awkward, directory.file("a.gguf"))
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.hasPrefix(
        "gpt2: \(awkward): found a model without a tokenizer, expected one for a GGUF"))
    #expect(try directory.names().isEmpty)
  }

  @Test func rowsThatAreNoWholeBlocks() throws {
    let output = directory.file("a.gguf")
    let result = try Command("convert", awkward, output, "--format", "q4_0", "--without-tokenizer")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("with rows of 48 weights, expected multiples of 32 for q4_0"))
    #expect(try directory.names().isEmpty)
  }

  @Test func anotherModelsTokenizer() throws {
    let tokenizer = TestFiles.fixture("tokenizer/small.bin")
    let result = try Command("convert", awkward, directory.file("a.gguf"), "--tokenizer", tokenizer)
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.hasPrefix(
        "gpt2: \(tokenizer): found a vocabulary of 757 tokens, expected the model's 97"))
    #expect(try directory.names().isEmpty)
  }

  private func bytes(of path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
