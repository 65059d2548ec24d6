import GPT2Transformer

/// Gradients that the backward pass finishes at a time.
package struct ReadyGradients: Equatable, Sendable {
  package let values: Int
  /// When they are final: 0 where the stage of logits, loss and backward pass begins, 1 at its end.
  package let time: Double

  package init(values: Int, time: Double) {
    self.values = values
    self.time = time
  }

  /// Those of a model, in their order: the classifier's, which ends where its arithmetic does, then layer by layer, each in
  /// an equal part of the rest; last the embeddings.
  ///
  /// - Parameter lateRows: Rows of the token table that wait for the embedding; the others are sent after the classifier.
  static func all(
    _ configuration: Configuration, batchSize: Int, sequenceLength: Int, lateRows: Int
  ) -> [ReadyGradients] {
    let (L, C) = (configuration.layers, configuration.channels)
    let rows = configuration.paddedVocabularySize
    let classifier = 3 * Work.classifier(configuration, rows: batchSize * sequenceLength).operations
    let pass = Work.backward(configuration, batchSize: batchSize, sequenceLength: sequenceLength).operations
    let head = classifier / pass
    let late = (lateRows + configuration.maximumSequenceLength) * C
    let early = (rows - lateRows) * C + 2 * C
    let layer = ((configuration.parameterCount ?? 0) - late - early) / L
    return [ReadyGradients(values: early, time: head)]
      + (1...L).map { ReadyGradients(values: layer, time: head + (1 - head) * Double($0) / Double(L)) }
      + [ReadyGradients(values: late, time: 1)]
  }
}
