import GPT2Kernels
import GPT2WeightFormats

/// Why a model's weights cannot draft for it.
public enum DraftError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Reading the draft's weights would take as long as reading the model's.
  case notSmaller(draft: WeightFormat, weights: WeightFormat)
  /// Rows of the weights are no whole blocks of the draft's format.
  case partialBlocks(draft: WeightFormat, columns: Int)

  public var description: String {
    switch self {
    case .notSmaller(let draft, let weights):
      "found a draft in \(draft.rawValue) for weights in \(weights.rawValue), expected a smaller format than theirs; "
        + "draft with ngram, or not at all"
    case .partialBlocks(let draft, let columns):
      "found rows of \(columns) values in the weights, expected whole blocks of \(draft.blockValues) for a draft in "
        + "\(draft.rawValue); draft with ngram"
    }
  }
}
