/// The rung attention: one head learns to look back, beside what counting can know at best.
package struct AttentionLesson: Sendable {
  package struct Settings: Equatable, Sendable {
    package var task = RecallTask()
    /// C and h
    package var (channels, headSize) = (16, 16)
    /// At least one step; B texts a step.
    package var (steps, batchSize, learningRate) = (400, 32, 0.005)
    package var seed: UInt32 = 1
    /// Drawn for each score.
    package var texts = 1_000
    /// Of the task's characters: the text that the page shows first.
    package var shownText = "a3b7c1d4b"

    package init() {}
  }

  /// After so many steps.
  package struct Moment: Sendable, Encodable {
    package let step: Int
    package let score: RecallScore
  }

  package struct Results: Sendable, Encodable {
    package let parameters: Int
    /// Of each step's batch, before its update, in nats an answer.
    package let losses: [Double]
    /// On texts that it does not learn from, always the same.
    package let moments: [Moment]
    /// The trained head's, on more texts.
    package let score: RecallScore
    /// With as many pairs as there are letters, twice the length that it learnt from.
    package let longer: RecallScore
    package let bag: BagOfCharacters
    /// On the first half's letters, whose digits nobody can know: as it was trained, and with the mask taken away.
    package let statements: [RecallScore]
    /// What the weights that are written down score.
    package let writtenDown: RecallScore
    package let shown: ShownText
  }

  /// One text as the head reads it, before and after its training.
  package struct ShownText: Sendable, Encodable {
    package let text: String
    /// P, a row for each character.
    package let weightsBefore: [[Double]]
    package let weights: [[Double]]
    /// What comes after the last character: p of each token.
    package let probabilitiesBefore: [Double]
    package let probabilities: [Double]
  }

  package let settings: Settings
  package let results: Results
  /// Before and after the training.
  package let start: HeadParameters
  package let end: HeadParameters

  /// Seeds of the texts that scores are made on: no training has them unless it is asked to.
  static let (scoreSeed, momentSeed): (UInt32, UInt32) = (1_000_003, 1_000_004)
  static let momentTexts = 100

  /// - Parameter progress: Called after each step with how many were made, and its loss.
  /// - Throws: `AttentionLessonError` if the text to show has a character that the task has not.
  package init(
    _ settings: Settings = Settings(), progress: (Int, Double) -> Void = { _, _ in }
  ) throws(AttentionLessonError) {
    let task = settings.task
    guard let shown = task.tokens(of: settings.shownText), !shown.isEmpty else {
      throw AttentionLessonError(text: settings.shownText, characters: String(task.characters))
    }
    var training = HeadTraining(
      task, channels: settings.channels, headSize: settings.headSize, batchSize: settings.batchSize,
      learningRate: settings.learningRate, seed: settings.seed)
    let start = training.parameters
    let every = max(1, settings.steps / 40)
    func moment(_ training: HeadTraining) -> Moment {
      let score = RecallScore(
        of: training.parameters, task, texts: min(Self.momentTexts, settings.texts), seed: Self.momentSeed)
      return Moment(step: training.steps, score: score)
    }
    var (losses, moments) = ([Double](), [moment(training)])
    for step in 1...settings.steps {
      losses.append(training.step())
      if step.isMultiple(of: every) || step == settings.steps { moments.append(moment(training)) }
      progress(step, losses[step - 1])
    }
    self.settings = settings
    self.start = start
    end = training.parameters
    results = Results(
      losses: losses, moments: moments, settings, start: start, end: training.parameters, shown: shown)
  }
}

extension AttentionLesson.Results {
  fileprivate init(
    losses: [Double], moments: [AttentionLesson.Moment], _ settings: AttentionLesson.Settings,
    start: HeadParameters, end: HeadParameters, shown: [Int]
  ) {
    let task = settings.task
    let whole = RecallTask(letters: task.letters, digits: task.digits, pairs: task.letters)
    let seed = AttentionLesson.scoreSeed
    parameters = end.count
    self.losses = losses
    self.moments = moments
    score = RecallScore(of: end, task, texts: settings.texts, seed: seed)
    longer = RecallScore(of: end, whole, texts: settings.texts, seed: seed)
    bag = BagOfCharacters(of: task)
    statements = [true, false].map { isCausal in
      RecallScore(
        of: end, task, at: task.statements, texts: settings.texts, seed: seed, isCausal: isCausal)
    }
    let written = HeadParameters(writtenDownFor: task.vocabularySize, sharpness: 20, confidence: 20)
    writtenDown = RecallScore(of: written, whole, texts: min(100, settings.texts), seed: seed)
    let (before, after) = (RecallHead(start, reading: shown), RecallHead(end, reading: shown))
    self.shown = AttentionLesson.ShownText(
      text: task.text(of: shown), weightsBefore: before.weights.nested, weights: after.weights.nested,
      probabilitiesBefore: Array(before.probabilities.row(shown.count - 1)),
      probabilities: Array(after.probabilities.row(shown.count - 1)))
  }
}

/// A text that the head has no tokens for.
package struct AttentionLessonError: Error, CustomStringConvertible {
  package let text: String
  package let characters: String

  package var description: String {
    text.isEmpty
      ? "found an empty --text, expected characters of \(characters): leave it away, or give one"
      : "found --text \(text), expected characters of \(characters) only: give another text"
  }
}
