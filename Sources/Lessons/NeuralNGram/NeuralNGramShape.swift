/// The sizes of Bengio's neural n-gram model (Bengio, Ducharme, Vincent and Jauvin 2003, "A Neural Probabilistic
/// Language Model"), from which the shapes of its five tensors follow.
package struct NeuralNGramShape: Equatable, Sendable {
  /// V: how many tokens there are.
  package var vocabularySize: Int
  /// T: how many tokens predict the next.
  package var contextLength: Int
  /// E: how many numbers a token becomes.
  package var embeddingSize: Int
  /// H: how many hidden units there are.
  package var hiddenSize: Int

  /// The defaults are those of EurekaLabsAI/mlp.
  package init(vocabularySize: Int, contextLength: Int = 3, embeddingSize: Int = 48, hiddenSize: Int = 512) {
    precondition(
      vocabularySize > 0 && contextLength > 0 && embeddingSize > 0 && hiddenSize > 0, "a size below 1")
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.embeddingSize = embeddingSize
    self.hiddenSize = hiddenSize
  }

  /// T·E: the context's embeddings, one behind the other.
  package var inputSize: Int { contextLength * embeddingSize }

  package var parameterCount: Int { NeuralNGramTensor.allCases.reduce(0) { $0 + $1.count(in: self) } }
}

/// The model's tensors, in the order in which they lie in memory and are drawn at random.
package enum NeuralNGramTensor: CaseIterable, Sendable {
  /// (V, E): a row for each token.
  case embedding
  /// (H, T·E)
  case hiddenWeight
  /// (1, H)
  case hiddenBias
  /// (V, H)
  case outputWeight
  /// (1, V)
  case outputBias

  package func shape(in shape: NeuralNGramShape) -> (rows: Int, columns: Int) {
    switch self {
    case .embedding: (shape.vocabularySize, shape.embeddingSize)
    case .hiddenWeight: (shape.hiddenSize, shape.inputSize)
    case .hiddenBias: (1, shape.hiddenSize)
    case .outputWeight: (shape.vocabularySize, shape.hiddenSize)
    case .outputBias: (1, shape.vocabularySize)
    }
  }

  func count(in shape: NeuralNGramShape) -> Int {
    let (rows, columns) = self.shape(in: shape)
    return rows * columns
  }
}
