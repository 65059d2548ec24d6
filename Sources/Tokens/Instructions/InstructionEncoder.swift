import GPT2BinaryFiles

/// Turns conversations into tokens by a template.
///
/// Marks and texts are encoded apart, so that the same tokens stand before an answer when it is learnt as when it is
/// asked for, and so that special tokens are themselves in a template's marks and are spelt out in people's texts.
package struct InstructionEncoder: Sendable {
  package let template: InstructionTemplate
  private let marks: TextEncoder
  private let texts: TextEncoder
  private let endOfText: Int32

  /// - Throws: `FileError` if the tokenizer cannot encode any text.
  package init(_ template: InstructionTemplate, _ tokenizer: Tokenizer) throws(FileError) {
    self.template = template
    marks = try tokenizer.makeTextEncoder(parsingSpecialTokens: true)
    texts = try tokenizer.makeTextEncoder(parsingSpecialTokens: false)
    endOfText = Int32(tokenizer.endOfText)
  }

  /// A conversation to learn from: all that the assistant says.
  ///
  /// - Precondition: The last message is the assistant's.
  package func example(of messages: [Message]) -> InstructionExample {
    precondition(messages.last?.role == .assistant, "no answer to learn")
    var example = InstructionExample()
    var mark = ""
    for message in messages {
      let marks = template[message.role]
      append(mark + marks.before, by: self.marks, isLearnt: false, to: &example)
      if message.role == .assistant {
        // An answer needs something before it, as a document has.
        if example.tokens.isEmpty { example.append([endOfText], isLearnt: false) }
        append(message.text, by: texts, isLearnt: true, to: &example)
        example.append([endOfText], isLearnt: true)
      } else {
        append(message.text, by: texts, isLearnt: false, to: &example)
      }
      mark = marks.after
    }
    return example
  }

  /// What comes before the next answer; nothing if that is no text, as `TextBatch` takes it.
  ///
  /// - Parameters:
  ///   - messages: All so far, or those since the last answer. Answers have their end-of-text tokens.
  ///   - isGoingOn: Whether they follow an answer and its end-of-text token.
  package func prompt(of messages: [Message], isGoingOn: Bool = false) -> [Int32] {
    var example = InstructionExample()
    var mark = isGoingOn ? template.assistant.after : ""
    for message in messages {
      let marks = template[message.role]
      append(mark + marks.before, by: self.marks, isLearnt: false, to: &example)
      append(message.text, by: texts, isLearnt: false, to: &example)
      if message.role == .assistant { example.append([endOfText], isLearnt: false) }
      mark = marks.after
    }
    append(mark + template.assistant.before, by: self.marks, isLearnt: false, to: &example)
    return example.tokens
  }

  private func append(
    _ text: String, by encoder: TextEncoder, isLearnt: Bool, to example: inout InstructionExample
  ) {
    guard !text.isEmpty else { return }
    var text = text
    var tokens: [Int32] = []
    text.withUTF8 { encoder.encode($0, isBeginning: example.tokens.isEmpty, into: &tokens) }
    example.append(tokens, isLearnt: isLearnt)
  }
}

extension InstructionExample {
  fileprivate mutating func append(_ more: [Int32], isLearnt value: Bool) {
    tokens += more
    isLearnt += [Bool](repeating: value, count: more.count)
  }
}
