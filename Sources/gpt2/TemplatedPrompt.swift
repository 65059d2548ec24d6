import ArgumentParser
import GPT2Platform
import GPT2Tokens

/// Puts what a user says into a template.
struct TemplatedPrompt {
  private let encoder: InstructionEncoder
  private let system: String?

  /// - Returns: `nil` if there is no template.
  init?(
    _ options: TemplateOptions, _ inference: InferenceOptions, _ tokenizer: Tokenizer
  ) throws {
    guard !options.noTemplate, let template = try inference.template(named: options.template) else {
      guard options.system == nil else {
        throw ValidationError("--system needs a template: the model has none, so name one by --template.")
      }
      return nil
    }
    encoder = try InstructionEncoder(template, tokenizer)
    system = options.system.map(PathText.repaired)
  }

  /// Whether answers and questions can follow one another.
  var hasTurns: Bool { encoder.template.hasTurns }

  /// What comes before the first answer.
  func first(_ text: [UInt8]) -> [Int32] {
    let system = system.map { [Message(.system, $0)] } ?? []
    return encoder.prompt(of: system + [message(text)])
  }

  /// What comes between an answer, with its end-of-text token, and the next.
  func next(_ text: [UInt8]) -> [Int32] { encoder.prompt(of: [message(text)], isGoingOn: true) }

  private func message(_ text: [UInt8]) -> Message { Message(.user, String(decoding: text, as: UTF8.self)) }
}
