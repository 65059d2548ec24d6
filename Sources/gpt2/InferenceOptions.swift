import ArgumentParser
import BinaryFiles
import Generation
import Kernels
import Tokens
import Transformer

/// Which model runs, and how it is held and computed with.
struct InferenceOptions: ParsableArguments {
  @Option(
    help: "Model: a checkpoint of llm.c's, or a GGUF file.", completion: .file(extensions: ["bin", "gguf"]))
  var model: String

  @Option(
    help: "Tokenizer that the model was trained with; not needed for a GGUF file that holds one.",
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

  func loadModel() throws -> LanguageModel {
    let workers = threadOptions.workers
    let stored = try Weights.read(model)
    let weights = try quantize.map { try stored.encoded(as: $0, on: workers) } ?? stored
    return try LanguageModel(weights, precision: precision, on: workers)
  }

  /// The tokenizer that was named, or else the model file's own.
  ///
  /// - Throws: `FileError`, also if its vocabulary is not the model's.
  func loadTokenizer(for configuration: Configuration) throws -> Tokenizer {
    let tokenizer = try tokenizer.map { try Tokenizer(contentsOf: $0) } ?? Tokenizer(inModel: model)
    try configuration.check(tokenizer, readFrom: tokenizerPath)
    return tokenizer
  }

  /// The same, or `nil` where there is none.
  func loadTokenizerIfAny(for configuration: Configuration) throws -> Tokenizer? {
    if tokenizer == nil, case .checkpoint = try ModelFile(contentsOf: model) { return nil }
    return try loadTokenizer(for: configuration)
  }

  private var tokenizerPath: String { tokenizer ?? model }
}

extension WeightFormat: ExpressibleByArgument {}
