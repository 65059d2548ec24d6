import Generation
import Kernels
import Transformer

// Whole passes.
extension Benchmark {
  private func row(
    _ name: String, _ seconds: Double, _ work: Work, _ peaks: PeakRates, tokens: Int,
    isPart: Bool = false
  ) -> BenchmarkRow {
    BenchmarkRow(
      name, pass: nil, seconds: seconds, work: work, peaks: peaks, precision: settings.precision,
      tokens: tokens, isPart: isPart)
  }

  func train(_ step: TrainingStep, _ peaks: PeakRates) throws -> BenchmarkSection {
    let (B, T) = (settings.batchSize, settings.sequenceLength)
    let timings = try step.timings(
      BenchmarkSettings.BatchShape(batchSize: B, sequenceLength: T), repetitions: settings.repetitions,
      observe: observe)
    let parameters = configuration.parameterCount ?? 0
    let stages: [(String, KeyPath<TrainingStep.Timing, Double>, Work)] = [
      ("forward", \.forward, .forward(configuration, batchSize: B, sequenceLength: T)),
      ("logits, loss, backward", \.backward, .backward(configuration, batchSize: B, sequenceLength: T)),
      ("gradient norm", \.norm, .gradientNorm(parameters: parameters)),
      ("update", \.update, .adamW(parameters: parameters)),
      ("training step", \.total, .trainingStep(configuration, batchSize: B, sequenceLength: T)),
    ]
    let rows = stages.map { name, stage, work in
      row(
        name, Statistics.median(timings.map { $0[keyPath: stage] }), work, peaks, tokens: B * T,
        isPart: stage != \.total)
    }
    return BenchmarkSection(kind: .training, title: "training, B=\(B) T=\(T)", rows: rows)
  }

  func prefill(_ model: Model, _ peaks: PeakRates) throws -> BenchmarkSection {
    let T = settings.promptLength
    let tokens = Noise.tokens(T, vocabularySize: configuration.vocabularySize)
    let activations = try Activations(
      configuration, batchSize: 1, sequenceLength: T, keepingForBackward: false)
    let logits = try MatrixCopies(1, configuration.paddedVocabularySize, on: workers)
    let seconds = try stopwatch.median(of: "prefill") {
      try model.forward(tokens, into: activations)
      model.logits(of: T - 1..<T, from: activations, into: logits[0])
    }
    let work = Work.prefill(configuration, promptLength: T)
    return BenchmarkSection(
      kind: .prefill, title: "prefill, T=\(T)", rows: [row("prompt", seconds, work, peaks, tokens: T)])
  }

  func decode(_ model: Model, _ peaks: PeakRates) throws -> BenchmarkSection {
    let (T, count) = (settings.promptLength, settings.generatedTokens)
    let generator = try Generator(
      LanguageModel(model), prompt: Noise.tokens(T, vocabularySize: configuration.vocabularySize),
      endOfText: 0,
      maximumTokens: count + 1, sampling: SamplingOptions())
    // The first token, which is not counted, takes the prompt's pass.
    let once = Stopwatch(repetitions: count, observe: observe)
    let seconds = try once.median(of: "decode") { _ = try generator.next() }
    let work = Work.decode(configuration, context: T)
    return BenchmarkSection(
      kind: .decoding, title: "decoding, after \(T) tokens",
      rows: [row("token", seconds, work, peaks, tokens: 1)])
  }

  func growth(_ step: TrainingStep, _ peaks: PeakRates) throws -> BenchmarkSection {
    let rows = try settings.growth.map { shape in
      let timings = try step.timings(shape, repetitions: settings.repetitions, observe: observe)
      let work = Work.trainingStep(
        configuration, batchSize: shape.batchSize, sequenceLength: shape.sequenceLength)
      return row(
        "B=\(shape.batchSize) T=\(shape.sequenceLength)", Statistics.median(timings.map(\.total)), work,
        peaks, tokens: shape.tokens)
    }
    return BenchmarkSection(kind: .growth, title: "training steps as batches grow", rows: rows)
  }
}
