import ArgumentParser
import GPT2BinaryFiles
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

/// Which model runs, and how it is held and computed with.
struct InferenceOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: """
      Model: a checkpoint of llm.c's, a GGUF, safetensors or PyTorch file, a Hugging Face folder, the directory of a run \
      (its best, else its last model), or a name that `gpt2 fetch` knows.
      """,
    completion: .file(extensions: ["bin", "gguf", "safetensors"]))
  var model: String

  @Option(
    help: """
      Tokenizer that the model was trained with: llm.c's .bin, a .gguf or .json file, or a Hugging Face folder; not \
      needed for a GGUF file, a folder or a run that holds one.
      """,
    completion: .file(extensions: ["bin", "gguf", "json"]))
  var tokenizer: String?

  @Option(
    help: "Low-rank adapters that were trained on the model, to be added to it.",
    completion: .file(extensions: ["bin"]))
  var adapters: String?

  @Option(help: "Round the weights to another format while loading; by default they stay as they are stored.")
  var quantize: WeightFormat?

  @Option(
    help: """
      What the inputs of a prompt's matrix products are rounded to: fp32 or bf16; bf16 if not given and the \
      weights are no more precise.
      """)
  var precision: Precision?

  @OptionGroup var threadOptions: ThreadOptions

  /// The model, and a tokenizer: the one that was named, or else the model file's own.
  ///
  /// - Throws: `FileError`, also if the vocabularies differ or there is no tokenizer; `AllocationError`.
  func load() throws -> (LanguageModel, Tokenizer) {
    try sayDecisions()
    return try source.load(on: threadOptions.workers)
  }

  /// The model, and a tokenizer if one was named, is in the model file, or is needed.
  func load(needingTokenizer: Bool) throws -> (LanguageModel, Tokenizer?) {
    if needingTokenizer { return try load() }
    try sayDecisions()
    return try source.loadWithTokenizerIfAny(on: threadOptions.workers)
  }

  /// Which files the options stand for, with --verbose.
  private func sayDecisions() throws(FileError) {
    guard Diagnostics.detail == .verbose else { return }
    // What there is to say of a name the loading says.
    var silent = source
    silent.report = { _ in }
    let found = try silent.resolved()
    Diagnostics.decision("model: \(found.path)")
    Diagnostics.decision("tokenizer: \(found.tokenizerPath ?? "the model's own, if it has one")")
    if let adapters = found.adaptersPath { Diagnostics.decision("adapters: \(adapters)") }
    if let template = found.templatePath { Diagnostics.decision("template: \(template)") }
    Diagnostics.decision(
      "weights \(quantize.map { "rounded to \($0.rawValue)" } ?? "as they are stored"), prompts' products in "
        + "\(precision?.rawValue ?? "what the weights allow"), \(threadOptions.workers.count) threads")
  }

  /// The template that was named, or else that of the model's run.
  ///
  /// - Throws: `FileError` if one cannot be read.
  func template(named name: String?) throws(FileError) -> InstructionTemplate? {
    // What there is to say of the model `load` has said.
    guard let name else { return try ModelSource(model).template() }
    return try InstructionTemplate(named: name)
  }

  private var source: ModelSource {
    var source = ModelSource(
      model, tokenizer: tokenizer, adapters: adapters, format: quantize, precision: precision)
    source.report = { Diagnostics.write("gpt2: note: \($0)") }
    return source
  }
}

/// Only what weights can be rounded to.
extension WeightFormat: ExpressibleByArgument {
  public init?(argument: String) {
    guard let format = WeightFormat(rawValue: argument), format.isEncodable else { return nil }
    self = format
  }

  public static var allValueStrings: [String] { encodable.map(\.rawValue) }
}
