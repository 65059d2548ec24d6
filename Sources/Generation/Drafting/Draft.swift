import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// What proposes the tokens of drafts.
public enum DraftKind: String, CaseIterable, Sendable {
  /// The model's own weights, rounded.
  case q4_0
  /// The same, in twice the memory.
  case q8_0
  /// What followed the last tokens where they stood in the text before.
  case nGram = "ngram"
}

/// A way to write several tokens for one reading of a model's weights, without changing one of them.
///
/// A draft proposes tokens, the model reads them all in one pass, and the text goes on with those that it would have
/// written itself (Leviathan et al. 2023, arXiv:2211.17192; Chen et al. 2023, arXiv:2302.01318). Decoding waits for
/// memory, and the pass reads each weight once however many tokens it checks.
///
/// **What is accepted.** The papers draw from the draft's distribution q and keep the token with probability
/// min(1, p/q), so that texts have the distribution p of the model's own, but are other texts. Here every token is drawn
/// from the model's logits, by the text's own sampler and its next random number, as without a draft; a proposal is
/// accepted where it is that token. So a draft changes no text at all, whatever the sampling options and the seed, which
/// is more than the same distribution and can be tested bit for bit. Greedily that costs nothing. Where tokens are drawn
/// the price is acceptance: a model's proposals are drawn with the random numbers that the sampler will use for the same
/// places, and differ where the two models' running sums of probabilities do, all of which one token's change moves.
/// With 40 candidates a draft in q4_0 agrees three times in four, with the whole vocabulary once in three, where the
/// papers' rule, 1 − ½·Σ|p − q|, would accept 97 of 100 (dev/drafts.md).
///
/// A pass of at most `Linear.fewRows` rows gives each row the bits that it has alone; hence the bound on drafts.
///
/// One draft serves any number of texts at the same time.
public struct Draft: Sendable {
  /// What proposes the tokens.
  public let kind: DraftKind
  /// The model that proposes; `nil` for n-grams.
  let model: LanguageModel?
  let costs: DraftCosts

  /// - Parameter model: The one that checks. Rounding its weights takes a fraction of a second, and memory.
  /// - Throws: `DraftError` if its weights are as small already, or its rows are no whole blocks of the draft's format;
  ///   `AllocationError`.
  package init(_ kind: DraftKind, for model: LanguageModel) throws {
    self.kind = kind
    guard let format = kind.format else {
      self.model = nil
      costs = DraftCosts(weights: 0)
      return
    }
    let weights = model.weights
    guard let bytes = weights.multipliedByteCount(in: format) else {
      throw DraftError.partialBlocks(draft: format, columns: model.configuration.channels)
    }
    guard bytes < weights.multipliedByteCount else {
      throw DraftError.notSmaller(draft: format, weights: weights.format)
    }
    self.model = try LanguageModel(
      weights.encoded(as: format, on: model.workers), adapters: model.prepared.adapters,
      precision: model.precision, on: model.workers)
    costs = DraftCosts(weights: Double(bytes) / Double(weights.multipliedByteCount))
  }

  /// What proposes to the texts of a batch.
  func drafter() -> any Drafter { model.map { ModelDrafter($0) } ?? NGramDrafter() }
}

extension DraftKind {
  /// What the weights are rounded to.
  var format: WeightFormat? { WeightFormat(rawValue: rawValue) }
}
