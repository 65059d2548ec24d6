import GPT2Platform
import GPT2RandomNumbers

/// The rung `ngram`: counts on names, for every n and smoothing; the setting that does best on names it was not counted
/// on; what it makes up.
package struct NGramLesson {
  package struct Trial: Sendable, Encodable {
    package var n: Int
    package var smoothing: Double
    /// In nats per letter.
    package var trainLoss: Double
    package var validationLoss: Double
  }

  package struct Results: Sendable, Encodable {
    /// In the order in which they were tried.
    package var trials: [Trial]
    package var best: Trial
    package var sample: String
    package var testLoss: Double
    package var testPerplexity: Double
  }

  package let results: Results
  package let vocabulary: LetterVocabulary
  /// How likely each token is after each, without smoothing: (V, V).
  package let bigrams: [[Double]]

  /// - Parameters:
  ///   - texts: Of at least as many letters as the largest n each, with ends of lines.
  ///   - progress: Called before each trial with n, the smoothing, and the fraction that is done.
  package init(
    texts: NameTexts, settings: NGramSettings, progress: (Int, Double, Double) -> Void = { _, _, _ in }
  ) {
    let training = texts.training.map(Int.init)
    let validation = texts.validation.map(Int.init)
    func counted(_ order: Int) -> NGramModel {
      var model = NGramModel(order: order, vocabularySize: texts.vocabulary.count, smoothing: 0)
      model.train(on: training)
      return model
    }
    var trials: [Trial] = []
    var best: (trial: Trial, model: NGramModel)?
    for order in settings.orders {
      let counts = counted(order)
      for smoothing in settings.smoothings {
        let count = settings.orders.count * settings.smoothings.count
        progress(order, smoothing, Double(trials.count) / Double(count))
        let model = counts.smoothed(by: smoothing)
        let trial = Trial(
          n: order, smoothing: smoothing, trainLoss: model.loss(of: training),
          validationLoss: model.loss(of: validation))
        trials.append(trial)
        if best.map({ trial.validationLoss < $0.trial.validationLoss }) ?? true { best = (trial, model) }
      }
    }
    guard let best, let end = texts.vocabulary.token(UInt8(ascii: "\n")) else {
      preconditionFailure("settings or names that were not checked")
    }
    var generator = XorShift(state: UInt64(settings.seed))
    let sample = NextToken.sample(
      settings.sampledLetters, after: Array(repeating: end, count: best.trial.n - 1), using: &generator,
      best.model.probabilities)
    let testLoss = best.model.loss(of: texts.test.map(Int.init))
    results = Results(
      trials: trials, best: best.trial, sample: texts.vocabulary.text(sample), testLoss: testLoss,
      testPerplexity: exp(testLoss))
    vocabulary = texts.vocabulary
    let pairs = counted(2)
    bigrams = (0..<vocabulary.count).map { pairs.probabilities(after: [$0]) }
  }
}
