import GPT2BinaryFiles
import GPT2Kernels
import GPT2RandomNumbers
import GPT2Transformer

/// The rung `mlp`: trains the neural model, counts the same contexts, and holds the two against each other.
package struct NeuralNGramLesson {
  package var contextLength = 3
  package var embeddingSize = 48
  package var hiddenSize = 512
  package var settings = NeuralNGramSettings()
  /// Of the parameters, and of what is drawn from the models.
  package var seed: UInt64 = 1337
  package var samplingSeed: UInt64 = 42
  /// What counting adds to each count.
  package var smoothing = 0.1
  /// What the drawn texts begin with; as in the original, only its last T letters matter.
  package var prompt = "\nrichard"
  package var sampledLetters = 200

  package init() {}

  /// How many letters a text must have at least.
  package var leastLetters: Int { max(settings.batchSize, contextLength + 1) }

  /// - Parameters:
  ///   - texts: Of at least `leastLetters` each, with all letters of the prompt.
  ///   - report: Called with each evaluation.
  /// - Throws: `AllocationError` if the model does not fit in memory; `DivergenceError` if a loss is not finite.
  package func run(
    on texts: NameTexts, workers: Workers, report: (NeuralNGramEvaluation) -> Void
  ) throws -> NeuralNGramResults {
    guard let prompt = texts.vocabulary.tokens(prompt), prompt.count >= contextLength else {
      preconditionFailure("a prompt that was not checked")
    }
    let shape = NeuralNGramShape(
      vocabularySize: texts.vocabulary.count, contextLength: contextLength, embeddingSize: embeddingSize,
      hiddenSize: hiddenSize)
    let trainer = try NeuralNGramTrainer(
      try NeuralNGramParameters(random: shape, seed: seed), settings: settings, training: texts.training,
      validation: texts.validation, workers: workers)
    var history = EmbeddingHistory(steps: settings.steps)
    let evaluations = try trainer.run(
      watch: { history.note($0, trainer.model.parameters[.embedding]) }, report)
    let testLoss = trainer.loss(of: texts.test)
    try DivergenceError.check(testLoss, after: settings.steps)
    var counting = NGramModel(
      order: contextLength + 1, vocabularySize: shape.vocabularySize, smoothing: smoothing)
    counting.train(on: texts.training.map(Int.init))
    let sample = { (probabilities: ([Int]) -> [Double]) in
      var generator = XorShift(state: samplingSeed)
      let context = Array(prompt.suffix(contextLength))
      return prompt
        + NextToken.sample(sampledLetters, after: context, using: &generator, probabilities)
    }
    return NeuralNGramResults(
      vocabulary: texts.vocabulary, shape: shape, settings: settings, evaluations: evaluations,
      testLoss: testLoss, embeddings: history,
      sample: texts.vocabulary.text(sample(trainer.model.probabilities)),
      countingSample: texts.vocabulary.text(sample(counting.probabilities)),
      comparison: CountingComparison(
        counting: counting, neural: trainer.model, training: texts.training, text: texts.validation))
  }
}

package struct NeuralNGramResults {
  package let vocabulary: LetterVocabulary
  package let shape: NeuralNGramShape
  package let settings: NeuralNGramSettings
  package let evaluations: [NeuralNGramEvaluation]
  /// Of the whole batches of the test text, as the original computes it.
  package let testLoss: Double
  package let embeddings: EmbeddingHistory
  /// What the neural model wrote, and what counting did with the same coins.
  package let sample: String
  package let countingSample: String
  /// On the validation text.
  package let comparison: CountingComparison

  /// How many counts counting keeps: V to the power of T + 1.
  package var countedNumbers: Int {
    (0...shape.contextLength).reduce(1) { count, _ in count * shape.vocabularySize }
  }

  /// The contexts to look at: those that were asked for, or else those on which either model saves most.
  package func shownContexts(_ asked: [[Int]]) -> [ContextComparison] {
    guard asked.isEmpty else { return asked.map(comparison.context) }
    let extremes = comparison.extremes(2)
    return extremes.neural + extremes.counting
  }
}
