import ArgumentParser
import BinaryFiles
import Generation
import Kernels
import Tokens
import Transformer

/// Which model runs, and how it is held and computed with.
struct InferenceOptions: ParsableArguments {
  @Option(
    help: "Model: a checkpoint of llm.c's, a GGUF or safetensors file, or a Hugging Face folder.",
    completion: .file(extensions: ["bin", "gguf", "safetensors"]))
  var model: String

  @Option(
    help: "Tokenizer that the model was trained with; not needed for a GGUF file or a folder that holds one.",
    completion: .file(extensions: ["bin"]))
  var tokenizer: String?

  @Option(help: "Round the weights to fp16, bf16, q8_0 or q4_0 while loading.")
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
    let file = try ModelFile(contentsOf: model)
    let workers = threadOptions.workers
    let weights = try file.weights(on: workers)
    // Two things that take some hundredths of a second each.
    var tokenizer: Result<Tokenizer, any Error>?
    workers.run(parts: 2) { part in
      if part == 1 { return weights.populate() }
      tokenizer = Result { try loadTokenizer(in: file, for: weights.configuration) }
    }
    guard let tokenizer = try tokenizer?.get() else { preconditionFailure("part 0 has run") }
    return (try languageModel(weights, on: workers), tokenizer)
  }

  /// The model, and a tokenizer if one was named, is in the model file, or is needed.
  func load(needingTokenizer: Bool) throws -> (LanguageModel, Tokenizer?) {
    let file = try ModelFile(contentsOf: model)
    let workers = threadOptions.workers
    let weights = try file.weights(on: workers)
    var tokenizer: Tokenizer?
    if needingTokenizer || self.tokenizer != nil || file.holdsTokenizer {
      tokenizer = try loadTokenizer(in: file, for: weights.configuration)
    }
    return (try languageModel(weights, on: workers), tokenizer)
  }

  private func languageModel(_ weights: Weights, on workers: Workers) throws -> LanguageModel {
    let weights = try quantize.map { try weights.encoded(as: $0, on: workers) } ?? weights
    return try LanguageModel(weights, precision: precision, on: workers)
  }

  private func loadTokenizer(in file: ModelFile, for configuration: Configuration) throws -> Tokenizer {
    let loaded = try tokenizer.map { try Tokenizer(contentsOf: $0) } ?? file.tokenizer()
    try configuration.check(loaded, readFrom: tokenizer ?? model)
    return loaded
  }
}

extension WeightFormat: ExpressibleByArgument {}
