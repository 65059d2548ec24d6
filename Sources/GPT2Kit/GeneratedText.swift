import GPT2Generation
import GPT2Transformer

/// The tokens of one text, as they are written: some tokens ahead of who reads them, and no further.
///
/// Every iteration generates anew; the same seed gives the same text. Texts that are iterated at the same time share each
/// reading of the weights. Cancelling the task that iterates ends the iteration with `CancellationError` before the next
/// token; a text that nobody iterates any more is given up.
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

  /// Begins the text anew.
  public func makeAsyncIterator() -> Iterator { Iterator(state: .ready(self)) }

  /// The whole text at once.
  public func text() async throws -> String {
    var text = ""
    for try await token in self { text += token.text }
    return text
  }

  /// A reader of the text's tokens.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate enum State {
      case ready(GeneratedText)
      case writing(ScheduledText.Iterator)
    }

    fileprivate var state: State

    /// The next token, once it is written; `nil` after the last.
    public mutating func next() async throws -> GeneratedToken? {
      try Task.checkCancellation()
      switch state {
      case .ready(let text):
        let tokens = try text.begin().makeAsyncIterator()
        state = .writing(tokens)
        return try await tokens.next()
      case .writing(let tokens):
        return try await tokens.next()
      }
    }
  }

  private func begin() throws -> ScheduledText {
    let tokens =
      switch prompt {
      case .text(let text, let parses): try gpt2.encode(text, parsingSpecialTokens: parses)
      case .tokens(let tokens): tokens
      }
    return try gpt2.scheduler.submit(
      TextRequest(prompt: tokens.map { Int32(clamping: $0) }, options: options))
  }
}
