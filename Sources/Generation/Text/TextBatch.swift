import GPT2BinaryFiles
import GPT2Kernels
import GPT2Platform
import GPT2Tokens
import GPT2Transformer

/// Continues texts side by side, which all begin at once: all of them share one reading of the weights.
///
/// Each text is the same, bit for bit, as it would be alone, and the same with a draft as without. `BatchScheduler` is for
/// texts that come and go.
package final class TextBatch {
  /// Tokens of prompts that a step reads, if one prompt is not longer: with thousands of texts, these bound a pass's memory,
  /// and how long somebody waits who wants no more.
  private static let promptTokens = 4096

  private let batch: ContinuousBatch
  private let texts: [RunningText]
  /// What the draft was good for, if there is one.
  package var draftCounts: DraftCounts? { batch.counts.drafts }

  /// - Parameters:
  ///   - tokenizer: Of the model's vocabulary, or of the first tokens of it: others are never written.
  ///   - prompts: Token ids; where there are none, the text starts from the end-of-text token, the mark between
  ///     documents.
  ///   - options: The seed is the first text's; each further text's is one higher.
  ///   - draft: One for this model. It makes the texts come faster, and changes nothing in them.
  ///   - isOpenEnded: Whether `resume` will be called, so that there must be room for more.
  /// - Throws: `ModelError` for tokens that the model does not know, or more than maxT; `SamplingOptionError`;
  ///   `StopStringError`; `AblationError`; `AllocationError`.
  package init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, prompts: [[Int32]], options: GenerationOptions,
    draft: Draft? = nil, isOpenEnded: Bool = false
  ) throws {
    precondition(options.maximumTokens >= 1, "no tokens to generate")
    try Self.checkMemory(of: prompts.count, for: model)
    let batch = ContinuousBatch(model, tokenizer, draft: draft)
    texts = try prompts.enumerated().map { index, prompt in
      var options = options
      options.sampling.seed &+= UInt64(index)
      return try RunningText(
        TextRequest(prompt: prompt, options: options), for: model, tokenizer, from: batch.pool,
        isOpenEnded: isOpenEnded)
    }
    for text in texts { batch.add(text) }
    self.batch = batch
  }

  /// What each text keeps for the drawing of its tokens, logits, probabilities and places of V tokens; its keys and values
  /// come as it grows.
  private static func checkMemory(of texts: Int, for model: LanguageModel) throws(AllocationError) {
    let values = (CheckedCount(model.configuration.vocabularySize) * 8 * texts).value ?? .max
    guard MachineMemory.has((CheckedCount(values) * MemoryLayout<Float>.stride).value ?? .max) else {
      throw AllocationError(values: values)
    }
  }

  /// Whether every text has ended.
  package var isFinished: Bool { texts.allSatisfy(\.isFinished) }

  /// Adds tokens to a text, which then goes on for as many tokens as the options say, even if it had ended.
  ///
  /// - Throws: `ModelError` if a token is not in the vocabulary, or there are more than maxT / 2.
  package func resume(_ index: Int, with tokens: [Int32]) throws(ModelError) {
    try tokens.check(below: batch.tokenizer.vocabularySize)
    try texts[index].state.append(tokens, for: batch.model.configuration)
    texts[index].resume()
  }

  /// The next token of each text that has not ended, with the text's index; with a draft, the next tokens, text by text.
  /// Of many texts with much to read, some have none yet.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `SamplingOptionError.everyTokenBanned`;
  ///   `AllocationError`. The batch is of no use then.
  package func step() throws -> [(index: Int, token: GeneratedToken)] {
    var progress: [ContinuousBatch.Progress] = []
    let limit = max(Self.promptTokens, batch.model.configuration.maximumSequenceLength)
    batch.step(promptTokens: limit) { progress += $0 }
    if let failure = progress.lazy.compactMap(\.failure).first { throw failure }
    let tokens = Dictionary(grouping: progress) { ObjectIdentifier($0.text) }
    return texts.enumerated().flatMap { index, text in
      tokens[ObjectIdentifier(text), default: []].flatMap(\.tokens).map { (index: index, token: $0) }
    }
  }
}
