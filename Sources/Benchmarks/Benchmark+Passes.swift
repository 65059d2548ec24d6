import GPT2Generation
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

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

  func prefill(_ model: LanguageModel, _ peaks: PeakRates) throws -> BenchmarkSection {
    let T = settings.promptLength
    let tokens = Noise.tokens(T, vocabularySize: configuration.vocabularySize)
    let cache = KeyValueCache(for: model, capacity: T)
    let pass = InferencePass(configuration)
    let seconds = try stopwatch.median(of: "prefill") {
      cache.truncate(to: 0)
      try model.read([LanguageModel.SequenceInput(cache, tokens)], in: pass)
    }
    let work = Work.prefill(configuration, promptLength: T)
    let prompt = BenchmarkRow(
      "prompt", pass: nil, seconds: seconds, work: work, peaks: peaks, precision: model.precision, tokens: T)
    return BenchmarkSection(
      kind: .prefill, title: "prefill, T=\(T), weights in \(settings.weightFormat.rawValue)", rows: [prompt])
  }

  func decode(_ model: LanguageModel, _ peaks: PeakRates) throws -> BenchmarkSection {
    let (T, count) = (
      min(settings.promptLength, configuration.maximumSequenceLength), settings.generatedTokens
    )
    let generator = try Generator(
      model, prompt: Noise.tokens(T, vocabularySize: configuration.vocabularySize), endOfText: 0,
      maximumTokens: count + 1, sampling: SamplingOptions(temperature: 0))
    // The first token, which is not counted, takes the prompt's pass.
    let once = Stopwatch(repetitions: count, observe: observe)
    let seconds = try once.median(of: "decode") { _ = try generator.next() }
    let work = Work.decode(
      configuration, context: T, weightBytes: model.weights.multipliedByteCount,
      valueBytes: model.keyValueFormat.byteCount)
    return BenchmarkSection(
      kind: .decoding, title: "decoding, after \(T) tokens, weights in \(settings.weightFormat.rawValue)",
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
