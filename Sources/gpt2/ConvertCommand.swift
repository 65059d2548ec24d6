import ArgumentParser
import GPT2BinaryFiles
import GPT2GGUF
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a model into another file format: GGUF, Hugging Face's or llm.c's, and back.",
    discussion: """
      Reads llm.c's checkpoints (versions 1, 3 and 5), GGUF, Hugging Face's folders and safetensors files, and a run's \
      directory (its best, else its last model). The end of OUTPUT's name says what is written: .gguf; .bin for llm.c's version 3 (fp32) or 5 (bf16); / for a \
      folder that Hugging Face's transformers load, or .safetensors for its weights alone.

        gpt2 convert gpt2_124M.bin gpt2_124M.gguf --format q8_0 \\
          --tokenizer gpt2_tokenizer.bin
        gpt2 convert gpt2_124M.gguf gpt2_124M.bin --format fp32
        gpt2 convert gpt2_124M.bin gpt2_124M/ --tokenizer gpt2_tokenizer.bin
        gpt2 convert gpt2_124M.bin tuned.bin \\
          --adapters runs/tuned/adapters_00000100.bin

      In GGUF the format is that of the matrices, the token table among them; vectors and positions are fp32. With no \
      format named each matrix stays as it is stored, in any of the formats that ggml has for weights. \
      Elsewhere it is that of all weights. With a tokenizer in it, llama.cpp and transformers need nothing else. One \
      that the input or the run has is kept; a .gguf file must have one.
      """)

  @Argument(help: "Model to read.", completion: .file(extensions: ["bin", "gguf", "safetensors"]))
  var input: String

  @Argument(
    help: "File to write, .gguf, .bin or .safetensors; or a folder, with a / at its end.",
    completion: .file(extensions: ["bin", "gguf", "safetensors"]))
  var output: String

  @Option(
    help: "How weights are stored; by default as they are, in other files than GGUF as the token table.")
  var format: WeightFormat?

  @Option(
    help: "Tokenizer to put into a .gguf file or a folder: llm.c's .bin, a .gguf or .json file, or a folder.",
    completion: .file(extensions: ["bin", "gguf", "json"]))
  var tokenizer: String?

  @Flag(help: "Write a .gguf file without a tokenizer where none is known; llama.cpp does not open it.")
  var withoutTokenizer = false

  @Option(
    help: "Low-rank adapters that were trained on INPUT, to be merged into it.",
    completion: .file(extensions: ["bin"]))
  var adapters: String?

  @Flag(help: "Replace an output that exists.")
  var overwrite = false

  @OptionGroup var detail: DetailOptions

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
    var source = ModelSource(input, tokenizer: tokenizer, adapters: adapters)
    source.report = { Diagnostics.write("gpt2: note: \($0)") }
    source = try source.resolved()
    let template = try source.template()
    let file = try ModelFile(contentsOf: source.path)
    let weights = stored(try source.weights(in: file, on: Workers()), of: file, in: target)
    let format = self.format ?? weights.format
    Diagnostics.decision(
      "\(source.path) to \(target), \(format.rawValue), tokenizer: \(source.tokenizerPath ?? "the input's, if any")"
    )
    if target != .gguf { try target.check(format) }
    try target.check(weights.configuration)
    var words = ""
    var written = output
    switch target {
    case .gguf:
      var metadata = try tokenizerMetadata(of: file, source, for: weights.configuration)
      if let template, !metadata.isEmpty { metadata = template.added(to: metadata) }
      try weights.writeGGUF(to: output, format: self.format, tokenizer: metadata, replacing: overwrite)
      words = "GGUF, " + Self.words(hasTokenizer: !metadata.isEmpty)
    case .checkpoint:
      let version = try ConversionTarget.version(of: format)
      try Checkpoint.write(weights, to: output, replacing: overwrite, version: version)
      words = "llm.c's version \(version.rawValue)"
      if file.holdsTokenizer {
        Diagnostics.write(
          "gpt2: note: \(output) has no room for a tokenizer; name that of \(input) by --tokenizer")
      }
    case .safeTensors:
      try weights.writeSafeTensors(to: output, format: format, replacing: overwrite)
      words = "safetensors"
    case .folder:
      let tokenizer = try keptTokenizer(of: file, source, for: weights.configuration)
      let writer = HuggingFaceFolderWriter(
        output, tokenizer: tokenizer, keeping: file.folder, keepsTokenizer: source.tokenizerPath == nil,
        template: template, replacing: overwrite)
      try writer.write(weights, format: format)
      words = "Hugging Face, " + Self.words(hasTokenizer: tokenizer != nil)
      written = writer.weightsPath
    }
    if let template { say(template, source.templatePath, to: target) }
    let bytes = try MappedFile(path: written).count
    let formats = target == .gguf && self.format == nil ? weights.formats : [format]
    let names = formats.map(\.rawValue).joined(separator: " and ")
    Diagnostics.write(
      "wrote \(output) (\(weights.configuration.summary)): \(words), \(names), \(bytes) bytes")
  }

  /// What became of the template that the model learnt instructions with.
  private func say(_ template: InstructionTemplate, _ path: String?, to target: ConversionTarget) {
    let name = path ?? "its template"
    switch target {
    case .folder: Diagnostics.write("gpt2: note: \(name) is kept, and is the tokenizer's chat_template")
    case .gguf:
      Diagnostics.write(
        "gpt2: note: \(name) is tokenizer.chat_template of \(output); gpt2 generate takes it by --template")
    case .checkpoint, .safeTensors:
      Diagnostics.write("gpt2: note: \(output) has no room for a template; name \(name) by --template")
    }
  }

  /// Where a file does not state its activation, formats that know GPT-2's alone get that, aloud.
  private func stored(_ weights: Weights, of file: ModelFile, in target: ConversionTarget) -> Weights {
    guard file.assumesActivation, target != .folder, weights.configuration.variant.activation != .tanhGELU
    else {
      return weights
    }
    Diagnostics.write(
      "gpt2: note: \(output) stands for GELU by tanh, as GPT-2's; nanoGPT's is the exact one since June 2023, which a "
        + "folder can say")
    return weights.computing(with: .tanhGELU)
  }

  private static func words(hasTokenizer: Bool) -> String {
    hasTokenizer ? "with a tokenizer" : "without a tokenizer"
  }

  /// The tokenizer that was named, or else that of the input; none if there is none.
  private func keptTokenizer(
    of file: ModelFile, _ source: ModelSource, for configuration: Configuration
  ) throws -> Tokenizer? {
    guard source.tokenizerPath != nil || file.holdsTokenizer else { return nil }
    return try source.tokenizer(in: file, for: configuration)
  }

  /// The same as metadata; that of a GGUF file is kept as it is, of whatever kind.
  private func tokenizerMetadata(
    of file: ModelFile, _ source: ModelSource, for configuration: Configuration
  ) throws -> [MetadataEntry] {
    if source.tokenizerPath == nil, case .gguf(let source) = file, !source.tokenizerMetadata.isEmpty {
      return source.tokenizerMetadata
    }
    guard let tokenizer = try keptTokenizer(of: file, source, for: configuration) else {
      guard withoutTokenizer else {
        throw FileError(
          input,
          .mismatch(
            found: "a model without a tokenizer",
            expected: "one for a GGUF file, which llama.cpp refuses without",
            advice: "name it with --tokenizer, or say --without-tokenizer"))
      }
      return []
    }
    let others = tokenizer.addedTokensUnlikeLlamaCpp
    if !others.isEmpty {
      let list = others.map { "'\($0.content)'" }.joined(separator: ", ")
      Diagnostics.write(
        "gpt2: note: llama.cpp does not know lstrip, rstrip and single_word, flags of \(list); they stay in the file"
      )
    }
    let (rows, tokens) = (configuration.vocabularySize, tokenizer.vocabularySize)
    if rows > tokens {
      Diagnostics.write(
        "gpt2: note: the token table has \(rows - tokens) rows beyond the tokenizer's \(tokens) tokens; they are kept, "
          + "as unused tokens [PAD\(tokens)] and so on")
    }
    return try tokenizer.ggufMetadata(rows: rows)
  }
}
