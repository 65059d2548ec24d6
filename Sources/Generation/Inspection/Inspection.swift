import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

/// A look inside a model while it reads a text: one pass by the kernels of generation, of which what was asked for is kept.
///
///     let inspection = try model.inspect(tokens, keeping: InspectionParts(states: [3], attention: [0, 5]))
///     let weights = try inspection.attention(layer: 5, head: 2)
///
/// Layers, heads, neurons and positions count from 0.
public final class Inspection: @unchecked Sendable {
  // `@unchecked`: nothing is written once it is made.
  /// What read the text.
  public let model: LanguageModel
  /// T token ids.
  public let tokens: [Int32]
  /// What was switched off meanwhile.
  public let ablation: Ablation?
  /// What was kept.
  public let parts: InspectionParts
  /// The tokens that the model may say: logits beyond them stand for nothing.
  public let vocabularySize: Int

  let kept: KeptValues
  /// (V), of what comes after the text: the bits that generation draws from.
  let nextLogits: [Float]

  /// - Parameters:
  ///   - tokens: 1 to maxT token ids.
  ///   - parts: What will be asked for of the pass's inside.
  ///   - ablation: What is switched off while the model reads.
  ///   - vocabularySize: Of the tokenizer, if the model's has rows that stand for nothing.
  /// - Throws: `ModelError` for tokens that the model does not know, more than maxT, or none; `InspectionError` for a
  ///   layer or position that there is not; `AblationError`; `AllocationError`.
  public init(
    _ model: LanguageModel, tokens: [Int32], keeping parts: InspectionParts = InspectionParts(),
    ablation: Ablation? = nil, vocabularySize: Int? = nil
  ) throws {
    let configuration = model.configuration
    guard tokens.count <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(found: tokens.count, maximum: configuration.maximumSequenceLength)
    }
    guard !tokens.isEmpty else { throw ModelError.wrongTokenCount(found: 0, expected: 1) }
    self.vocabularySize = min(
      vocabularySize ?? configuration.vocabularySize, configuration.vocabularySize)
    try tokens.check(below: self.vocabularySize)
    try parts.check(for: configuration, tokens: tokens.count)
    self.model = model
    self.tokens = tokens
    self.ablation = ablation
    self.parts = parts
    let kept = try KeptValues(parts, tokens: tokens.count, of: configuration)
    self.kept = kept
    let pass = InferencePass(configuration)
    pass.observer = kept.keep
    let cache = KeyValueCache(for: model, capacity: tokens.count)
    try model.read([.init(cache, tokens, ablation: ablation)], in: pass)
    let known = self.vocabularySize
    // The logits lie in the pass.
    nextLogits = withExtendedLifetime(pass) { Array(pass.logits().prefix(known)) }
  }
}

extension LanguageModel {
  /// Reads a text and keeps what is asked for: see `Inspection.init`.
  public func inspect(
    _ tokens: [Int32], keeping parts: InspectionParts = InspectionParts(), ablation: Ablation? = nil,
    vocabularySize: Int? = nil
  ) throws -> Inspection {
    try Inspection(
      self, tokens: tokens, keeping: parts, ablation: ablation, vocabularySize: vocabularySize)
  }
}

extension InspectionParts {
  /// - Throws: `InspectionError` for the first position or layer that there is not.
  func check(for configuration: Configuration, tokens: Int) throws(InspectionError) {
    for position in states.sorted() { try Inspection.check(position: position, tokens: tokens) }
    for layer in attention.sorted() + neurons.sorted() {
      try Inspection.check(layer: layer, of: configuration)
    }
  }
}

extension Inspection {
  static func check(position: Int, tokens: Int) throws(InspectionError) {
    guard (0..<tokens).contains(position) else {
      throw .positionOutOfRange(found: position, tokens: tokens)
    }
  }

  static func check(layer: Int, of configuration: Configuration) throws(InspectionError) {
    guard (0..<configuration.layers).contains(layer) else {
      throw .layerOutOfRange(found: layer, layers: configuration.layers)
    }
  }
}
