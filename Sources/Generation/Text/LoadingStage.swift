/// What loading a model is busy with; each stage begins when it is told of.
public enum LoadingStage: Equatable, Sendable {
  /// Finding the files and checking them. Weights that are not used as they lie in the file are read here, too.
  case opening
  /// Reading the weights, as far as they stay where the file has them; the part of all bytes that is there, 0 to 1.
  case reading(fraction: Double)
  /// Making the tokenizer, and regrouping weights for the products.
  case preparing
  /// Rounding the weights for a draft.
  case drafting
  /// It can be used.
  case ready
}
