import GPT2Charts
import GPT2Transformer

extension NanoGPTLesson {
  /// For `--json`.
  package struct Results: Encodable {
    let vocabulary: Int
    let parameters: Int
    /// Steps made.
    let steps: Int
    let losses: [Float]
    let validations: [Loss]
    let samples: [Sample]
    let seconds: Double
    let stepsPerSecond: Double
    let tokensPerSecond: Double
  }

  package var results: Results {
    Results(
      vocabulary: text.characters.count, parameters: parameters, steps: losses.count,
      losses: losses.map(\.loss), validations: validations, samples: samples, seconds: seconds,
      stepsPerSecond: stepsPerSecond, tokensPerSecond: tokensPerSecond)
  }

  /// Without the rows that only pad the vocabulary.
  var parameters: Int {
    let configuration = model.configuration
    let padding = configuration.paddedVocabularySize - configuration.vocabularySize
    return ParameterTensor.allCases.compactMap { $0.count(in: configuration) }.reduce(0, +)
      - padding * configuration.channels
  }

  var stepsPerSecond: Double { seconds > 0 ? Double(losses.count) / seconds : 0 }
  var tokensPerSecond: Double { stepsPerSecond * Double(settings.batchSize * settings.sequenceLength) }

  /// What the rung prints.
  package var lines: [String] {
    var lines: [String] = []
    if let last = validations.last {
      let loss = NumberText.fixed(Double(last.loss), 4)
      lines.append("validation loss \(loss) nats a character after step \(last.step)")
    }
    lines.append(
      "\(losses.count) steps in \(NumberText.fixed(seconds, 1)) s: \(NumberText.fixed(stepsPerSecond, 1)) steps/s, "
        + "\(NumberText.grouped(Int(tokensPerSecond))) tokens/s, \(NumberText.grouped(parameters)) parameters"
    )
    for sample in shownSamples { lines += ["--- after step \(sample.step)", sample.text] }
    return lines
  }

  /// Before, during and after: at most four samples.
  var shownSamples: [Sample] {
    let places = [0, 1, samples.count / 2, samples.count - 1].filter { samples.indices.contains($0) }
    return Set(places).sorted().map { samples[$0] }
  }
}
