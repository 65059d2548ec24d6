import GPT2Transformer

// What whole passes have to do.
extension Work {
  /// Values of all linear weights, with or without the token table as the classifier.
  private static func linearValues(_ configuration: Configuration, withClassifier: Bool) -> Int {
    ParameterTensor.allCases.filter { $0.isMultiplied && (withClassifier || $0 != .wte) }
      .reduce(0) { $0 + ($1.count(in: configuration) ?? 0) }
  }

  /// Forward up to the final norm: 2 operations a weight and token, and attention's causal half.
  static func forward(_ configuration: Configuration, batchSize B: Int, sequenceLength T: Int) -> Work {
    let attention = Work.attention(
      batchSize: B, sequenceLength: T, channels: configuration.channels, heads: configuration.heads)
    let linear = 2 * Double(B * T) * Double(linearValues(configuration, withClassifier: false))
    return Work(operations: linear + Double(configuration.layers) * attention.operations)
  }

  /// Logits of so many positions.
  static func classifier(_ configuration: Configuration, rows: Int) -> Work {
    .linear(
      rows: rows, inputs: configuration.channels, outputs: configuration.paddedVocabularySize,
      hasBias: false)
  }

  /// Logits, then the backward pass of everything, which is twice the forward pass.
  static func backward(_ configuration: Configuration, batchSize B: Int, sequenceLength T: Int) -> Work {
    let forward = forward(configuration, batchSize: B, sequenceLength: T).operations
    return Work(operations: 2 * forward + 3 * classifier(configuration, rows: B * T).operations)
  }

  /// Forward and backward; the update has no matrix products.
  static func trainingStep(_ configuration: Configuration, batchSize B: Int, sequenceLength T: Int) -> Work {
    Work(operations: configuration.operationsPerStep(tokens: B * T, sequenceLength: T))
  }

  /// Forward and the last position's logits.
  static func prefill(_ configuration: Configuration, promptLength T: Int) -> Work {
    let forward = forward(configuration, batchSize: 1, sequenceLength: T).operations
    return Work(operations: forward + classifier(configuration, rows: 1).operations)
  }

  /// One token after a context: each weight is read once, as are the keys and values of the context, where they
  /// are kept. A generator that computes them again takes longer for the same work.
  ///
  /// - Parameters:
  ///   - weightBytes: What all multiplied weights take as they are stored.
  ///   - valueBytes: What one value of a key takes.
  static func decode(
    _ configuration: Configuration, context: Int, weightBytes: Int, valueBytes: Int
  ) -> Work {
    let weights = linearValues(configuration, withClassifier: true)
    let keysAndValues = 2 * configuration.layers * context * configuration.channels
    return Work(
      operations: 2 * Double(weights + keysAndValues),
      bytesRead: Double(weightBytes + valueBytes * keysAndValues))
  }
}
