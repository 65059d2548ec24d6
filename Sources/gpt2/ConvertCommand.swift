import ArgumentParser
import BinaryFiles
import GGUF
import Generation
import Kernels
import ModelFiles
import Terminal
import Tokens
import Transformer

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a model into another file format: GGUF, Hugging Face's or llm.c's, and back.",
    discussion: """
      Reads llm.c's checkpoints (versions 1, 3 and 5), GGUF, and Hugging Face's folders and safetensors files. The \
      end of OUTPUT's name says what is written: .gguf; .bin for llm.c's version 3 (fp32) or 5 (bf16); / for a \
      folder that Hugging Face's transformers load, or .safetensors for its weights alone.

        gpt2 convert gpt2_124M.bin gpt2_124M.gguf --format q8_0 \\
          --tokenizer gpt2_tokenizer.bin
        gpt2 convert gpt2_124M.gguf gpt2_124M.bin --format fp32
        gpt2 convert gpt2_124M.bin gpt2_124M/ --tokenizer gpt2_tokenizer.bin
        gpt2 convert gpt2_124M.bin tuned.bin \\
          --adapters runs/tuned/adapters_00000100.bin

      In GGUF the format is that of the matrices, the token table among them; vectors and positions are fp32. \
      Elsewhere it is that of all weights. With a tokenizer in it, llama.cpp and transformers need nothing else. One \
      that the input has is kept.
      """)

  @Argument(help: "Model to read.", completion: .file(extensions: ["bin", "gguf", "safetensors"]))
  var input: String

  @Argument(
    help: "File to write, .gguf, .bin or .safetensors; or a folder, with a / at its end.",
    completion: .file(extensions: ["bin", "gguf", "safetensors"]))
  var output: String

  @Option(help: "How weights are stored; by default as the token table of the input.")
  var format: WeightFormat?

  @Option(help: "Tokenizer to put into a .gguf file or a folder.", completion: .file(extensions: ["bin"]))
  var tokenizer: String?

  @Option(
    help: "Low-rank adapters that were trained on INPUT, to be merged into it.",
    completion: .file(extensions: ["bin"]))
  var adapters: String?

  @Flag(help: "Replace an output that exists.")
  var overwrite = false

  func validate() throws {
    let target = try ConversionTarget(output)
    if tokenizer != nil, !target.takesTokenizer {
      let kind = target == .checkpoint ? ".bin" : ".safetensors"
      throw ValidationError(
        "A \(kind) file has no room for --tokenizer; name a .gguf file or a folder, or leave it out.")
    }
    if let format { try target.check(format) }
  }

  func run() throws {
    let target = try ConversionTarget(output)
    if target != .folder { try FileWriter.check(output, replacing: overwrite) }
    let file = try ModelFile(contentsOf: input)
    var source = ModelSource(input, adapters: adapters)
    source.report = { Diagnostics.write("gpt2: note: \($0)") }
    let weights = try source.weights(in: file, on: Workers())
    let format = self.format ?? weights.format
    try target.check(format)
    try target.check(weights.configuration)
    var words = ""
    var written = output
    switch target {
    case .gguf:
      let metadata = try tokenizerMetadata(of: file, for: weights.configuration)
      try weights.writeGGUF(to: output, format: format, tokenizer: metadata, replacing: overwrite)
      words = "GGUF, " + Self.words(hasTokenizer: !metadata.isEmpty)
    case .checkpoint:
      let version = try ConversionTarget.version(of: format)
      try Checkpoint.write(weights, to: output, replacing: overwrite, version: version)
      words = "llm.c's version \(version.rawValue)"
    case .safeTensors:
      try weights.writeSafeTensors(to: output, format: format, replacing: overwrite)
      words = "safetensors"
    case .folder:
      let tokenizer = try keptTokenizer(of: file, for: weights.configuration)
      let writer = HuggingFaceFolderWriter(output, tokenizer: tokenizer, replacing: overwrite)
      try writer.write(weights, format: format)
      words = "Hugging Face, " + Self.words(hasTokenizer: tokenizer != nil)
      written = writer.weightsPath
    }
    let bytes = try MappedFile(path: written).count
    Diagnostics.write(
      "wrote \(output) (\(weights.configuration.summary)): \(words), \(format.rawValue), \(bytes) bytes")
  }

  private static func words(hasTokenizer: Bool) -> String {
    hasTokenizer ? "with a tokenizer" : "without a tokenizer"
  }

  /// The tokenizer that was named, or else that of the input; none if there is none.
  private func keptTokenizer(of file: ModelFile, for configuration: Configuration) throws -> Tokenizer? {
    guard tokenizer != nil || file.holdsTokenizer else { return nil }
    let loaded = try tokenizer.map { try Tokenizer(contentsOf: $0) } ?? file.tokenizer()
    try configuration.check(loaded, readFrom: tokenizer ?? input)
    return loaded
  }

  /// The same as metadata; that of a GGUF file is kept as it is, of whatever kind.
  private func tokenizerMetadata(
    of file: ModelFile, for configuration: Configuration
  ) throws -> [MetadataEntry] {
    if tokenizer == nil, case .gguf(let source) = file { return source.tokenizerMetadata }
    return try keptTokenizer(of: file, for: configuration)?.ggufMetadata() ?? []
  }
}
