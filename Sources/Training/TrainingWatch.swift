import GPT2Communication
import GPT2Evaluation
import GPT2Generation
import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

/// What a run is watched by: validation data, multiple-choice examples, and samples of what the model writes.
package struct TrainingWatch {
  private let validation: (any BatchSource)?
  private let choices: ChoiceFile?
  private let tokenizer: Tokenizer?
  private let prompt: [Int32]

  /// - Parameters:
  ///   - validation: Batches of the plan's B and T; `nil` if there is none to measure on.
  ///   - choices: HellaSwag, for instance.
  ///   - tokenizer: To make text of samples; without one they are token ids.
  ///   - prompt: What samples answer; if there is nothing they begin a document.
  package init(
    validation: (any BatchSource)? = nil, choices: ChoiceFile? = nil, tokenizer: Tokenizer? = nil,
    prompt: [Int32] = []
  ) {
    self.validation = validation
    self.choices = choices
    self.tokenizer = tokenizer
    self.prompt = prompt
  }

  /// The validation loss; `nil` if there is no data, or if it was interrupted.
  func loss(
    of model: Model, plan: TrainingPlan, after step: Int = 0, using activations: Activations,
    sharedBy communicator: any Communicator, isInterrupted: () -> Bool
  ) throws -> Float? {
    guard let validation else { return nil }
    return try Validation.loss(
      of: model, on: validation, batches: plan.validationBatches, after: step,
      cutBefore: plan.documentStart, using: activations,
      sharedBy: communicator, isInterrupted: isInterrupted)
  }

  /// The accuracy that llm.c logs: of the mean loss a token; `nil` if there are no examples, or if it was
  /// interrupted.
  func accuracy(
    of model: Model, sharedBy communicator: any Communicator, isInterrupted: () -> Bool
  ) throws -> Double? {
    guard let choices else { return nil }
    let score = try ChoiceEvaluation.score(
      choices, first: choices.examples.count, by: LanguageModelScorer(LanguageModel(model)),
      sharedBy: communicator, isInterrupted: isInterrupted)
    return score.isPartial ? nil : score.normalisedAccuracy
  }

  /// Text that begins a document, or an answer after its prompt; `nil` if it was interrupted. Every process generates it.
  func sample(
    of model: Model, plan: TrainingPlan, sharedBy communicator: any Communicator, isInterrupted: () -> Bool
  ) throws -> String? {
    // Without a tokenizer the last token is taken for end-of-text, as it is GPT-2's.
    let endOfText = tokenizer?.endOfText ?? model.configuration.vocabularySize - 1
    let generator = try Generator(
      LanguageModel(model), prompt: prompt, endOfText: endOfText, maximumTokens: plan.sampleLength,
      sampling: SamplingOptions(seed: plan.seed), vocabularySize: tokenizer?.vocabularySize)
    var tokens: [Int] = []
    while tokens.count < plan.sampleLength {
      if try communicator.any(isInterrupted()) { return nil }
      let token = try generator.next()
      if token == endOfText && !prompt.isEmpty { break }
      tokens.append(token)
    }
    tokens = prompt.map(Int.init) + tokens
    guard let tokenizer else { return tokens.map(String.init).joined(separator: " ") }
    return String(decoding: tokenizer.decode(tokens), as: UTF8.self)
  }
}
