import ArgumentParser
import BinaryFiles
import Foundation
import GGUF
import Kernels
import Tokens
import Transformer

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a model into another file format: GGUF or llm.c's, and back.",
    discussion: """
      Reads llm.c's checkpoints (versions 1, 3 and 5) and GGUF. The end of OUTPUT's name says what is written: \
      .gguf, or .bin for llm.c's version 3 (fp32) or 5 (bf16).

        gpt2 convert gpt2_124M.bin gpt2_124M.gguf --format q8_0 \\
          --tokenizer gpt2_tokenizer.bin
        gpt2 convert gpt2_124M.gguf gpt2_124M.bin --format fp32

      In GGUF the format is that of the matrices, the token table among them; vectors and positions are fp32. \
      With a tokenizer in it, llama.cpp needs nothing else. One that the input has is kept.
      """)

  @Argument(help: "Model to read.", completion: .file(extensions: ["bin", "gguf"]))
  var input: String

  @Argument(help: "File to write, .gguf or .bin.", completion: .file(extensions: ["bin", "gguf"]))
  var output: String

  @Option(help: "How weights are stored; by default as the token table of the input.")
  var format: WeightFormat?

  @Option(help: "Tokenizer to put into a .gguf file.", completion: .file(extensions: ["bin"]))
  var tokenizer: String?

  @Flag(help: "Replace an output file that exists.")
  var overwrite = false

  /// What a file is, by the end of its name.
  private enum Kind {
    case gguf
    case checkpoint
  }

  func validate() throws {
    guard try kind() == .checkpoint else { return }
    if tokenizer != nil {
      throw ValidationError("A .bin file has no room for --tokenizer; name a .gguf file, or leave it out.")
    }
    if let format { _ = try checkpointVersion(of: format) }
  }

  func run() throws {
    try FileWriter.check(output, replacing: overwrite)
    let file = try ModelFile(contentsOf: input)
    let weights = try file.weights()
    let format = self.format ?? weights.format
    var words = ""
    switch try kind() {
    case .gguf:
      let metadata = try tokenizerMetadata(of: file, for: weights.configuration)
      try weights.writeGGUF(to: output, format: format, tokenizer: metadata, replacing: overwrite)
      words = metadata.isEmpty ? "GGUF, without a tokenizer" : "GGUF, with a tokenizer"
    case .checkpoint:
      let version = try checkpointVersion(of: format)
      try Checkpoint.write(weights, to: output, replacing: overwrite, version: version)
      words = "llm.c's version \(version.rawValue)"
    }
    let bytes = try MappedFile(path: output).count
    Diagnostics.write(
      "wrote \(output) (\(weights.configuration.summary)): \(words), \(format.rawValue), \(bytes) bytes")
  }

  private func kind() throws -> Kind {
    if output.hasSuffix(".gguf") { return .gguf }
    if output.hasSuffix(".bin") { return .checkpoint }
    throw ValidationError("OUTPUT is \(output), expected a name that ends in .gguf or .bin.")
  }

  private func checkpointVersion(of format: WeightFormat) throws -> Checkpoint.Version {
    switch format {
    case .fp32: return .float32
    case .bf16: return .bfloat16
    case .fp16, .q8, .q4:
      throw ValidationError(
        "A .bin file holds fp32 or bf16, not \(format.rawValue); pass --format fp32, or name a .gguf file.")
    }
  }

  /// The tokenizer that was named, or else that of the input; none if there is none.
  private func tokenizerMetadata(
    of file: ModelFile, for configuration: Configuration
  ) throws -> [MetadataEntry] {
    if let path = tokenizer {
      let tokenizer = try Tokenizer(contentsOf: path)
      guard tokenizer.vocabularySize == configuration.vocabularySize else {
        throw FileError(
          path,
          .mismatch(
            found: "\(tokenizer.vocabularySize) tokens",
            expected: "\(configuration.vocabularySize), as the model has",
            advice: "name the tokenizer that the model was trained with"))
      }
      return try tokenizer.ggufMetadata()
    }
    guard case .gguf(let source) = file else { return [] }
    return source.tokenizerMetadata
  }
}
