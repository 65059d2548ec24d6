import GPT2Transformer

/// A model that was trained from nothing, and what it came to.
package struct ScalingRun: Equatable, Sendable, Encodable {
  /// Of llm.c's names: "d4".
  package let size: String
  /// D: tokens that it learnt from.
  package let tokens: Int
  /// On text that it did not learn from, in nats a token.
  package let loss: Double
  /// N: all of its parameters.
  package let parameters: Int
  /// N without the tables of tokens and positions.
  package let layerParameters: Int

  /// - Parameter vocabularySize: V: rows of the token table.
  /// - Returns: `nil` if there is no such size, or its parameters cannot be counted.
  package init?(
    size: String, tokens: Int, loss: Double, vocabularySize: Int = ModelSize.vocabularySize
  ) {
    guard let counts = ParameterCounts(of: size, vocabularySize: vocabularySize) else { return nil }
    self.size = size
    self.tokens = tokens
    self.loss = loss
    (parameters, layerParameters) = (counts.all, counts.layers)
  }

  package func parameters(_ counted: ParameterCounts.Kind) -> Double {
    Double(counted == .all ? parameters : layerParameters)
  }
}

/// How many parameters a size has. Hoffmann et al. count all, Kaplan et al. leave out the tables, which are most of a
/// small model.
package struct ParameterCounts: Equatable, Sendable {
  package enum Kind: String, CaseIterable, Sendable, Encodable {
    case all
    case layers
  }

  package let all: Int
  package let layers: Int

  /// - Returns: `nil` if there is no such size, or its parameters cannot be counted.
  package init?(of size: String, vocabularySize: Int) {
    guard let named = ModelSize(descriptor: size),
      let configuration = try? named.configuration(vocabularySize: vocabularySize),
      let padded = configuration.parameterCount
    else { return nil }
    let channels = configuration.channels
    all = padded - (configuration.paddedVocabularySize - vocabularySize) * channels
    layers = all - (vocabularySize + configuration.maximumSequenceLength) * channels
  }

  package subscript(kind: Kind) -> Int { kind == .all ? all : layers }
}
