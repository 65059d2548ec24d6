import ArgumentParser
import BinaryFiles
import Generation
import Kernels
import ModelFiles
import Terminal
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

  @Option(
    help: "Low-rank adapters that were trained on the model, to be added to it.",
    completion: .file(extensions: ["bin"]))
  var adapters: String?

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
  func load() throws -> (LanguageModel, Tokenizer) { try source.load(on: threadOptions.workers) }

  /// The model, and a tokenizer if one was named, is in the model file, or is needed.
  func load(needingTokenizer: Bool) throws -> (LanguageModel, Tokenizer?) {
    needingTokenizer ? try load() : try source.loadWithTokenizerIfAny(on: threadOptions.workers)
  }

  private var source: ModelSource {
    var source = ModelSource(
      model, tokenizer: tokenizer, adapters: adapters, format: quantize, precision: precision)
    source.report = { Diagnostics.write("gpt2: note: \($0)") }
    return source
  }
}

extension WeightFormat: ExpressibleByArgument {}
