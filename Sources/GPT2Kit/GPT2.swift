import GPT2BinaryFiles
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens
import GPT2Transformer

/// A GPT-2 that speaks: a model and its tokenizer, loaded once and used from anywhere.
///
///     let gpt2 = try GPT2(contentsOf: "gpt2.gguf")
///     for try await token in gpt2.generate("Once upon a time") {
///       print(token.text, terminator: "")
///     }
///
/// The weights stay in the file's memory mapping where the format allows; those of Hugging Face's linear layers are
/// transposed into memory. Any number of texts may be generated at the same time, and share the work.
public final class GPT2: Sendable {
  /// The model itself: its numbers, and what its neurons do.
  public let model: LanguageModel
  /// What texts become tokens by.
  public let tokenizer: Tokenizer
  /// What drafts tokens for the model to check; it makes texts come faster and changes nothing in them.
  public let draft: Draft?
  /// How the model was taught to be asked; `nil` if it learnt from no instructions.
  public let template: InstructionTemplate?
  /// What writes the texts.
  package let scheduler: BatchScheduler

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - path: A GGUF, safetensors or PyTorch file, a folder of Hugging Face's, a checkpoint of llm.c's, or the name of a
  ///     model that `gpt2 fetch` has fetched: "gpt2".
  ///   - tokenizerPath: llm.c's tokenizer file, a GGUF file, tokenizer.json or a folder of Hugging Face's; not needed for
  ///     a GGUF file or a folder that holds one.
  ///   - adaptersPath: Low-rank adapters that were trained on the model (`gpt2 train --lora-rank`).
  ///   - precision: What a prompt's rows are rounded to for matrix products: by default bf16 if the weights are
  ///     no more precise themselves, else fp32.
  ///   - draft: What drafts tokens for the model to check: `.q4_0` if its weights are in fp32, fp16 or bf16 is the
  ///     fastest, for a sixth of their memory; by default nothing.
  ///   - threads: How many threads may work at once; all processors if not given.
  /// - Throws: `FileError` if a file cannot be used or the two do not belong together; `DraftError`; `AllocationError`;
  ///   `KernelSetError` if `GPT2_KERNELS` names kernels that there are not.
  public convenience init(
    contentsOf path: String, tokenizer tokenizerPath: String? = nil, adapters adaptersPath: String? = nil,
    precision: Precision? = nil, draft: DraftKind? = nil, threads: Int? = nil
  ) throws {
    let source = ModelSource(
      path, tokenizer: tokenizerPath, adapters: adaptersPath, precision: precision)
    let (model, tokenizer) = try source.load(
      on: Workers(count: threads, kernels: try KernelSet.fromEnvironment()))
    self.init(
      model, tokenizer, draft: try draft.map { try Draft($0, for: model) }, template: try source.template())
  }

  /// - Parameters:
  ///   - draft: One for this model.
  ///   - template: How the model was taught to be asked.
  /// - Precondition: Each token of the tokenizer is in the model's vocabulary, which may have more.
  package init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, draft: Draft? = nil, template: InstructionTemplate? = nil
  ) {
    precondition(
      tokenizer.vocabularySize <= model.configuration.vocabularySize,
      "the tokenizer has more tokens than the model")
    self.model = model
    self.tokenizer = tokenizer
    self.draft = draft
    self.template = template
    scheduler = BatchScheduler(model, tokenizer, draft: draft, limits: BatchScheduler.Limits(waiting: .max))
  }

  /// The most tokens a prompt may have.
  public var maximumPromptLength: Int { model.configuration.maximumSequenceLength }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: Of any length.
  ///   - parsingSpecialTokens: Whether special tokens in the text are meant as such; by default those of folders and GGUF
  ///     files are, those of llm.c's tokenizer files are not.
  /// - Throws: `FileError` if the tokenizer can only decode.
  public func encode(_ text: String, parsingSpecialTokens: Bool? = nil) throws(FileError) -> [Int] {
    try tokenizer.encode(text, parsingSpecialTokens: parsingSpecialTokens ?? tokenizer.parsesSpecialTokens)
  }

  /// The text of tokens; bytes that are no character become U+FFFD.
  ///
  /// - Precondition: Each token is in the vocabulary.
  public func decode(_ tokens: [Int]) -> String { String(decoding: tokenizer.decode(tokens), as: UTF8.self) }

  /// Continues a text, token by token, as the sequence is iterated.
  ///
  /// - Parameters:
  ///   - prompt: An empty one begins a new document.
  ///   - options: How long the text gets, how its tokens are drawn, and what ends it.
  ///   - parsingSpecialTokens: As for `encode`.
  public func generate(
    _ prompt: String, _ options: GenerationOptions = GenerationOptions(), parsingSpecialTokens: Bool? = nil
  ) -> GeneratedText {
    GeneratedText(self, .text(prompt, parsingSpecialTokens: parsingSpecialTokens), options)
  }

  /// Continues tokens.
  public func generate(
    continuing tokens: [Int], _ options: GenerationOptions = GenerationOptions()
  ) -> GeneratedText {
    GeneratedText(self, .tokens(tokens), options)
  }

  /// The tokens that come before the answer to a conversation, as the model was taught: its template is put around the
  /// messages, or Alpaca's if it has none.
  ///
  /// - Throws: `FileError` if the tokenizer can only decode.
  public func prompt(messages: [Message]) throws(FileError) -> [Int] {
    try InstructionEncoder(template ?? .alpaca, tokenizer).prompt(of: messages).map(Int.init)
  }

  /// Answers a conversation: see `prompt(messages:)`.
  public func generate(
    answering messages: [Message], _ options: GenerationOptions = GenerationOptions()
  ) throws(FileError) -> GeneratedText {
    generate(continuing: try prompt(messages: messages), options)
  }
}
