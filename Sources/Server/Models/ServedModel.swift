import GPT2Generation
import GPT2Tokens
import GPT2Transformer

/// A model under its name, with all that requests need of it.
package final class ServedModel: Sendable {
  package let name: String
  package let scheduler: BatchScheduler
  /// How it was taught to be asked; without one there are no chats with it.
  package let template: InstructionTemplate?
  /// The name of the file that it is from, as a run's checkpoint; `nil` if that says nothing.
  let file: String?
  /// When it was loaded, in seconds since 1970.
  let created: Int
  private let chatEncoder: InstructionEncoder?

  package init(
    _ name: String, _ scheduler: BatchScheduler, template: InstructionTemplate? = nil, file: String? = nil,
    created: Int = WallClock.seconds
  ) {
    self.name = name
    self.scheduler = scheduler
    self.template = template
    self.file = file
    self.created = created
    chatEncoder = template.flatMap { try? InstructionEncoder($0, scheduler.tokenizer) }
  }

  var tokenizer: Tokenizer { scheduler.tokenizer }
  /// maxT
  var maximumLength: Int { scheduler.model.configuration.maximumSequenceLength }
  /// Tokens that are known to both the model and the tokenizer are below.
  var vocabularySize: Int {
    min(tokenizer.vocabularySize, scheduler.model.configuration.vocabularySize)
  }

  /// The tokens of a prompt. Special tokens that stand in a text are themselves, as in vLLM and llama.cpp's server.
  ///
  /// - Throws: `APIError` for tokens that are not in the vocabulary or too many; `FileError` if the tokenizer cannot
  ///   encode the text.
  func tokens(of text: PromptField.Text, field: String) throws -> [Int32] {
    let tokens =
      switch text {
      case .string(let text): try tokenizer.encode(text, parsingSpecialTokens: true)
      case .tokens(let tokens): tokens
      }
    guard tokens.count <= maximumLength else {
      throw APIError.promptTooLong(tokens.count, maximumLength, field)
    }
    if let place = tokens.firstIndex(where: { !(0..<vocabularySize).contains($0) }) {
      throw APIError.field(
        field, found: "with token \(tokens[place]) at position \(place)",
        expected: "tokens from 0 to \(vocabularySize - 1)", advice: "use this model's tokenizer")
    }
    return tokens.map(Int32.init)
  }

  /// The tokens before the next answer.
  ///
  /// - Throws: `APIError` if the model has no template, or the conversation is too long.
  func tokens(of messages: [Message]) throws(APIError) -> [Int32] {
    guard let chatEncoder else {
      throw APIError(
        400,
        "the model '\(name)' has no template: it did not learn from conversations; use /v1/completions, or a run that "
          + "learnt from instructions", parameter: "model", code: "no_chat_template")
    }
    let tokens = chatEncoder.prompt(of: messages)
    guard tokens.count <= maximumLength else { throw .promptTooLong(tokens.count, maximumLength, "messages") }
    return tokens
  }
}
