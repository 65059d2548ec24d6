import GPT2Kernels
import TestSupport
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// Texts of small models of single bytes, with and without drafts.
enum DraftedTexts {
  /// Random weights whose rows are whole blocks, in a format.
  static func model(
    _ format: WeightFormat = .fp32, positions: Int = 40, scale: Float = 0.3, seed: UInt64 = 5,
    threads: Int = 2
  ) throws -> LanguageModel {
    let configuration = try Configuration(
      maximumSequenceLength: positions, vocabularySize: 257, layers: 1, heads: 2, channels: 32)
    let weights = Weights(try .random(configuration, scale: scale, seed: seed))
    return try LanguageModel(
      format == .fp32 ? weights : weights.encoded(as: format), on: Workers(count: threads))
  }

  /// All texts, token by token, and what the draft was good for.
  static func write(
    _ model: LanguageModel, _ prompts: [[Int32]], _ options: GenerationOptions, draft: DraftKind?
  ) throws -> (texts: [[GeneratedToken]], counts: DraftCounts?) {
    let batch = try TextBatch(
      model, .byteLevel, prompts: prompts, options: options,
      draft: try draft.map { try Draft($0, for: model) })
    var texts = [[GeneratedToken]](repeating: [], count: prompts.count)
    while !batch.isFinished {
      for (index, token) in try batch.step() { texts[index].append(token) }
    }
    return (texts, batch.draftCounts)
  }

  static func prompt(_ length: Int, seed: UInt64 = 1) -> [Int32] {
    var random = SeededRandom(seed: seed)
    return (0..<length).map { _ in Int32.random(in: 0..<257, using: &random) }
  }
}

extension GeneratedToken {
  /// Everything that a token is told with, log-probabilities to the bit.
  var bits: [UInt64] {
    [UInt64(token), logProbability?.bitPattern ?? 0]
      + alternatives.flatMap { [UInt64($0.token), $0.logProbability.bitPattern] }
  }
}
