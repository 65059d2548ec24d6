import GPT2BinaryFiles
import GPT2Kernels

/// The six numbers that make a GPT-2, the limits on them, and in what a relative differs.
public struct Configuration: Equatable, Sendable {
  /// maxT: the longest sequence, and so the number of learned positions.
  public let maximumSequenceLength: Int
  /// V: token ids are 0..<V.
  public let vocabularySize: Int
  /// Vp: the rows of the token table, V rounded up so that matrix products have round sizes.
  package let paddedVocabularySize: Int
  /// L
  public let layers: Int
  /// NH
  public let heads: Int
  /// C
  public let channels: Int
  package private(set) var variant: Variant

  /// "12 layers, 12 heads, 768 channels, 50257 tokens, 1024 positions"
  package var words: String {
    "\(layers) layers, \(heads) heads, \(channels) channels, \(vocabularySize) tokens, "
      + "\(maximumSequenceLength) positions"
  }

  /// What llm.c pads the vocabulary to a multiple of.
  package static let vocabularyMultiple = 128

  /// - Parameter paddedVocabularySize: V rounded up to a multiple of 128 if not given.
  /// - Throws: `ConfigurationError` if a number is below 1 or above what any GPT-2 has, if V > Vp, or if the
  ///   heads do not divide the channels.
  package init(
    maximumSequenceLength: Int, vocabularySize: Int, paddedVocabularySize: Int? = nil,
    layers: Int, heads: Int, channels: Int, variant: Variant = .gpt2
  ) throws(ConfigurationError) {
    // Far above any model; products of such numbers may still overflow, and are taken with care.
    let largest = 1 << 24
    let fields = [
      ("maximum sequence length", maximumSequenceLength), ("vocabulary size", vocabularySize),
      ("layers", layers), ("heads", heads), ("channels", channels),
    ]
    for (name, value) in fields where !(1...largest).contains(value) {
      throw ConfigurationError(field: name, found: value, expected: "a value from 1 to \(largest)")
    }
    guard channels % heads == 0 else {
      throw ConfigurationError(
        field: "heads", found: heads, expected: "a divisor of the \(channels) channels")
    }
    if let hidden = variant.hiddenChannels, !(1...largest).contains(hidden) {
      throw ConfigurationError(field: "n_inner", found: hidden, expected: "a value from 1 to \(largest)")
    }
    let multiple = Self.vocabularyMultiple
    let padded = paddedVocabularySize ?? (vocabularySize + multiple - 1) / multiple * multiple
    guard (vocabularySize...largest + multiple).contains(padded) else {
      throw ConfigurationError(
        field: "padded vocabulary size", found: padded,
        expected: "a value from the vocabulary size, \(vocabularySize), to \(largest + multiple)")
    }
    self.maximumSequenceLength = maximumSequenceLength
    self.vocabularySize = vocabularySize
    self.paddedVocabularySize = padded
    self.layers = layers
    self.heads = heads
    self.channels = channels
    self.variant = variant
    if variant.hiddenChannels == 4 * channels { self.variant.hiddenChannels = nil }
  }

  /// The position of the first token that is not in the vocabulary.
  package func firstUnknownToken(in tokens: [Int32]) -> Int? {
    let known = 0..<Int32(vocabularySize)
    return tokens.firstIndex { !known.contains($0) }
  }

  /// Channels of one head.
  public var headSize: Int { channels / heads }

  /// Channels between the two layers of the feed-forward part: 4C in every GPT-2.
  public var hiddenChannels: Int { variant.hiddenChannels ?? 4 * channels }

  /// The same with another activation.
  package func computing(with activation: Activation) -> Configuration {
    var configuration = self
    configuration.variant.activation = activation
    return configuration
  }

  /// All parameters, the padding rows of the token table included; `nil` if the count overflows.
  public var parameterCount: Int? {
    Parameters.valueCount(of: self)
  }

  /// Arithmetic of one training step on `tokens` tokens in sequences of `sequenceLength`: two operations a
  /// multiply-add, once forward and twice backward, over the linear layers, the classifier and the causal
  /// half of attention.
  ///
  /// A weight that is not trained takes two thirds, as it has no gradient; an adapter's value as much as a trained
  /// weight's. What the backward pass leaves out below the lowest trained tensor is counted nevertheless.
  package func operationsPerStep(
    tokens: Int, sequenceLength: Int, training trained: TensorSet = .all, adapters: AdapterLayout? = nil
  ) -> Double {
    // Products that each token takes with every value.
    let linear = ParameterTensor.allCases.filter(\.isMultiplied).reduce(0.0) {
      $0 + Double($1.count(in: self) ?? 0) * (trained.contains($1) ? 3 : 2)
    }
    let adapted = 3 * Double(adapters?.valueCount ?? 0)
    // Two products of (T, C) by (C, T) in each layer, half of each masked.
    let attention = Double(layers) * Double(channels) * Double(sequenceLength)
    return 2 * Double(tokens) * (linear + adapted + 3 * attention)
  }
}

/// A number that no GPT-2 can have.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Its name.
  public let field: String
  /// Its value.
  public let found: Int
  /// What it may be, in words.
  public let expected: String

  public var description: String { "found \(field) = \(found), expected \(expected)" }
}
