import Kernels
import ModelFiles
import TestSupport
import Testing
import Transformer
import WeightFormats

@testable import Generation

/// A model of quantised weights that speaks with adapters has the logits that their training saw.
@Suite struct AdaptedWeightsTests {
  @Test(arguments: QuantisedAdapters.formats)
  func logitsAreThoseOfTrainingAndOfPyTorch(format: WeightFormat) throws {
    let workers = Workers(count: 2)
    let reference = try QuantisedAdapters(format)
    let source = ModelSource(reference.modelPath, adapters: reference.adaptersPath)
    let file = try ModelFile(contentsOf: reference.modelPath)
    let model = try LanguageModel(try source.weights(in: file, on: workers), on: workers)
    // As a run's samples have it: merged from the model that is trained.
    let sampled = try LanguageModel(try Weights(of: try reference.model()), on: workers)
    let (T, V) = (reference.sequenceLength, reference.vocabularySize)
    for sequence in 0..<reference.batchSize {
      let last = (sequence + 1) * T - 1
      let expected = Array(reference.logits[last * V..<(last + 1) * V])
      let tokens = Array(reference.tokens[sequence * T...last])
      #expect(Closeness.error(of: try logits(model, after: tokens), against: expected) < 1e-5)
      // The classifier stays as it is stored, and the one row that it is multiplied by is rounded to bytes: 127 of them
      // to the largest of 32 values. All else is fp32.
      #expect(Closeness.error(of: try logits(sampled, after: tokens), against: expected) < 1e-2)
    }
  }

  private func logits(_ model: LanguageModel, after tokens: [Int32]) throws -> [Float] {
    let cache = try KeyValueCache(for: model, capacity: tokens.count)
    let pass = InferencePass(model.configuration)
    try model.read([.init(cache, tokens)], in: pass)
    return Array(pass.logits()[..<model.configuration.vocabularySize])
  }
}
