import GPT2Kernels
import GPT2Transformer

// What a step does once: embedding, classifier, loss, and what goes over all parameters.
extension OperationList {
  private var tokens: [Int32] {
    Noise.tokens(rows, vocabularySize: configuration.vocabularySize)
  }

  var embeddingForward: Operation {
    let C = channels
    let work = Work.embedding(rows: rows, channels: C)
    return Operation(name: "embedding", pass: "forward", calls: 1, work: work) { _ in
      let tokenTable = try matrix(configuration.paddedVocabularySize, C)
      let positionTable = try matrix(configuration.maximumSequenceLength, C)
      let output = try matrix(rows, C)
      let tokens = tokens
      return { _ in
        tokens.withUnsafeBufferPointer {
          Embedding.forward(
            tokens: $0, tokenTable: tokenTable[0], positionTable: positionTable[0],
            sequences: sequences, into: output[0], on: workers)
        }
      }
    }
  }

  var embeddingBackward: Operation {
    let C = channels
    let positions = configuration.maximumSequenceLength
    let work = Work.embeddingBackward(rows: rows, channels: C, positions: positions)
    return Operation(name: "embedding", pass: "backward", calls: 1, work: work) { _ in
      let outputGradient = try matrix(rows, C)
      let tokenTableGradient = try matrix(configuration.paddedVocabularySize, C)
      let positionTableGradient = try matrix(positions, C)
      let tokens = tokens
      return { _ in
        tokens.withUnsafeBufferPointer {
          Embedding.backward(
            outputGradient: outputGradient[0], tokens: $0, sequences: sequences,
            addingTo: tokenTableGradient[0], positionTableGradient: positionTableGradient[0],
            accumulating: false, on: workers)
        }
      }
    }
  }

  /// All positions in training, the last one otherwise.
  private var classifiedRows: Int { isTraining ? rows : 1 }

  /// Logits are held for so many rows at a time.
  private var logitRows: Int { ActivationLayout.logitRows(configuration, tokens: classifiedRows) }

  private func forEachBand(_ body: (_ rows: Range<Int>) -> Void) {
    for start in stride(from: 0, to: classifiedRows, by: logitRows) {
      body(start..<min(classifiedRows, start + logitRows))
    }
  }

  var classifierForward: Operation {
    let (C, Vp) = (channels, configuration.paddedVocabularySize)
    let work = Work.linear(rows: classifiedRows, inputs: C, outputs: Vp, hasBias: false)
    return Operation(name: "classifier", pass: "forward", calls: 1, work: work) { _ in
      let input = try matrix(classifiedRows, C)
      let weight = try matrix(Vp, C)
      let logits = try matrix(logitRows, Vp)
      return { _ in
        forEachBand { rows in
          linear(input[0].rows(rows), weight[0], into: logits[0].rows(0..<rows.count))
        }
      }
    }
  }

  var classifierBackward: Operation {
    let (C, Vp) = (channels, configuration.paddedVocabularySize)
    let work = Work.linearBackward(rows: classifiedRows, inputs: C, outputs: Vp, hasBias: false)
    return Operation(name: "classifier", pass: "backward", calls: 1, work: work) { _ in
      let logits = try matrix(logitRows, Vp)
      let input = try matrix(classifiedRows, C)
      let weight = try matrix(Vp, C)
      let inputGradient = try matrix(classifiedRows, C)
      let weightGradient = try matrix(Vp, C)
      return { _ in
        forEachBand { rows in
          Linear.backward(
            outputGradient: logits[0].rows(0..<rows.count), input: input[0].rows(rows), weight: weight[0],
            inputGradient: inputGradient[0].rows(rows), weightGradient: weightGradient[0],
            biasGradient: nil, accumulating: rows.lowerBound > 0, precision: precision, on: workers)
        }
      }
    }
  }

  var crossEntropy: Operation {
    let (V, Vp) = (configuration.vocabularySize, configuration.paddedVocabularySize)
    let work = Work.crossEntropy(rows: rows, vocabularySize: V, paddedVocabularySize: Vp)
    return Operation(name: "cross-entropy", pass: "both", calls: 1, work: work) { _ in
      let logits = try matrix(logitRows, Vp)
      let losses = try matrix(1, rows)
      let tokens = tokens
      return { _ in
        tokens.withUnsafeBufferPointer { tokens in
          forEachBand { rows in
            CrossEntropy.lossAndGradient(
              logits: logits[0].rows(0..<rows.count), vocabularySize: V,
              targets: UnsafeBufferPointer(rebasing: tokens[rows]), scale: 1 / Float(tokens.count),
              into: UnsafeMutableBufferPointer(rebasing: losses.values(0)[rows]), on: workers)
          }
        }
      }
    }
  }

  private var parameterCount: Int { configuration.parameterCount ?? 0 }

  var gradientNorm: Operation {
    let work = Work.gradientNorm(parameters: parameterCount)
    return Operation(name: "gradient norm", pass: "update", calls: 1, work: work) { _ in
      let gradients = try Parameters(zeroed: configuration)
      Noise.fill(gradients.values, on: workers)
      return { _ in
        precondition(Optimizer.norm(of: gradients, on: workers) > 0, "the gradients are not zero")
      }
    }
  }

  var adamW: Operation {
    let work = Work.adamW(parameters: parameterCount)
    return Operation(name: "AdamW", pass: "update", calls: 1, work: work) { _ in
      let parameters = try Parameters(zeroed: configuration)
      let gradients = try Parameters(zeroed: configuration)
      Noise.fill(parameters.values, on: workers)
      Noise.fill(gradients.values, on: workers)
      let optimizer = try Optimizer(configuration, settings: Optimizer.Settings())
      return { _ in
        optimizer.update(
          parameters, gradients: gradients, learningRate: 1e-6, gradientNorm: 1, on: workers)
      }
    }
  }
}
