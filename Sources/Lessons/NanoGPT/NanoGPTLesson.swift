import GPT2Generation
import GPT2Kernels
import GPT2TrainingCore
import GPT2Transformer

/// The rung `nanogpt`: a small GPT-2 learns to write Shakespeare, character by character, on the floors that train 124M.
package struct NanoGPTLesson {
  /// A loss in nats a character after so many steps.
  package struct Loss: Encodable, Sendable {
    package let step: Int
    package let loss: Float
  }

  /// What the model wrote after so many steps.
  package struct Sample: Encodable, Sendable {
    package let step: Int
    package let text: String
  }

  package enum Event {
    case step(StepReport)
    case validation(Loss)
    case sample(Sample)
  }

  package let settings: NanoGPTSettings
  package let text: CharacterText
  package let model: Model
  /// Of each step's batch, before its update; `step` counts the updates made.
  package let losses: [Loss]
  /// Over the whole last tenth of the text.
  package let validations: [Loss]
  /// The first before any step, the last of the model as it is.
  package let samples: [Sample]
  /// Wall time of the steps alone.
  package let seconds: Double

  /// Characters of a sample; of the last there are more.
  static let (sampleLength, lastSampleLength) = (200, 500)

  /// Trains a model.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked again and again; once it says yes, the training ends after the step, and the model as it
  ///     is writes its last sample.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `FileError` if the text holds no batch; `ConfigurationError`; `AllocationError`; `TrainingError` if the
  ///   loss is no longer finite; what `observing` throws.
  package init(
    _ text: CharacterText, _ settings: NanoGPTSettings, on workers: Workers,
    isInterrupted: () -> Bool = { false }, observing observe: (Event) throws -> Void = { _ in }
  ) throws {
    let configuration = try settings.configuration(vocabularySize: text.characters.count)
    let loaders = try text.loaders(
      batchSize: settings.batchSize, sequenceLength: settings.sequenceLength, shuffling: true)
    let model = Model(try Parameters(random: configuration, seed: settings.seed), on: workers)
    let trainer = try Trainer(
      model, plan: settings.plan, data: ReplicaData(loaders.training),
      watchedBy: TrainingWatch(validation: loaders.validation))
    var (losses, validations): ([Loss], [Loss]) = ([], [])
    var samples: [Sample] = []
    var seconds = 0.0
    func sample(_ length: Int) throws {
      samples.append(
        Sample(
          step: trainer.stepsMade,
          text: try Self.sample(of: model, text, characters: length, seed: UInt64(settings.seed))))
      try observe(.sample(samples[samples.count - 1]))
    }
    try trainer.run(isInterrupted: isInterrupted) { event in
      switch event {
      case .step(let report):
        losses.append(Loss(step: report.step - 1, loss: report.loss))
        seconds += report.seconds
        try observe(.step(report))
      case .validation(let step, let loss, _, _):
        validations.append(Loss(step: step, loss: loss))
        try observe(.validation(validations[validations.count - 1]))
        if step < settings.steps { try sample(Self.sampleLength) }
      case .evaluation, .sample, .checkpoint, .problem: break
      }
    }
    try sample(Self.lastSampleLength)
    self.settings = settings
    self.text = text
    self.model = model
    self.losses = losses
    self.validations = validations
    self.samples = samples
    self.seconds = seconds
  }

  /// What the model writes after the end of a line, at temperature 0.8, as nanoGPT's sample.py.
  private static func sample(
    of model: Model, _ text: CharacterText, characters: Int, seed: UInt64
  ) throws -> String {
    let generator = try Generator(
      LanguageModel(model), prompt: [Int32(text.start)], endOfText: text.start, maximumTokens: characters,
      sampling: SamplingOptions(temperature: 0.8, seed: seed))
    return text.decode(try (0..<characters).map { _ in try generator.next() })
  }

  /// Whether all steps were made.
  package var isWhole: Bool { losses.count == settings.steps }
}
