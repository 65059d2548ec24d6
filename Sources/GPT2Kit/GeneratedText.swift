import Generation
import Transformer

/// The tokens of one text, each computed when it is asked for.
///
/// Every iteration generates anew; the same seed gives the same text. Cancelling the task that iterates ends the
/// iteration with `CancellationError` before the next token.
///
/// Errors that an iteration throws: `ModelError` for tokens that are not in the vocabulary or more than the model
/// has positions for; `SamplingOptionError`, `StopStringError` and `GenerationOptionError` for options that cannot
/// be used; `SamplingError` for damaged weights; `AllocationError`.
public struct GeneratedText: AsyncSequence, Sendable {
  enum Prompt {
    case text(String, parsingSpecialTokens: Bool?)
    case tokens([Int])
  }

  private let gpt2: GPT2
  private let prompt: Prompt
  private let options: GenerationOptions

  init(_ gpt2: GPT2, _ prompt: Prompt, _ options: GenerationOptions) {
    self.gpt2 = gpt2
    self.prompt = prompt
    self.options = options
  }

  public func makeAsyncIterator() -> Iterator { Iterator(writer: Writer(gpt2, prompt, options)) }

  /// The whole text at once.
  public func text() async throws -> String {
    var text = ""
    for try await token in self { text += token.text }
    return text
  }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let writer: Writer

    public func next() async throws -> GeneratedToken? {
      try Task.checkCancellation()
      let token = try await writer.next()
      // Long computation between two suspensions: let others have a turn.
      await Task.yield()
      return token
    }
  }

  /// Keeps one text's state to one thread at a time, and off the iterating one.
  fileprivate actor Writer {
    private let gpt2: GPT2
    private let prompt: Prompt
    private let options: GenerationOptions
    private var batch: TextBatch?
    /// Tokens that came with others from one step.
    private var waiting: ArraySlice<GeneratedToken> = []

    init(_ gpt2: GPT2, _ prompt: Prompt, _ options: GenerationOptions) {
      self.gpt2 = gpt2
      self.prompt = prompt
      self.options = options
    }

    func next() throws -> GeneratedToken? {
      let batch = try batch ?? begin()
      self.batch = batch
      if waiting.isEmpty && !batch.isFinished { waiting = try batch.step().map(\.token)[...] }
      return waiting.popFirst()
    }

    private func begin() throws -> TextBatch {
      let tokens =
        switch prompt {
        case .text(let text, let parses): try gpt2.encode(text, parsingSpecialTokens: parses)
        case .tokens(let tokens): tokens
        }
      try options.check()
      return try TextBatch(
        gpt2.model, gpt2.tokenizer, prompts: [tokens.map { Int32(clamping: $0) }], options: options,
        draft: gpt2.draft)
    }
  }
}
