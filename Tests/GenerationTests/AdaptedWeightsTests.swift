import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// A model of quantised weights that speaks with adapters has the logits that their training saw, PyTorch's.
@Suite struct AdaptedWeightsTests {
  private let workers = Workers(count: 2)

  /// As a model's file and adapters are loaded, and as a run's samples have it.
  private func models(_ reference: QuantisedAdapters) throws -> [LanguageModel] {
    let source = ModelSource(reference.modelPath, adapters: reference.adaptersPath, precision: .fp32)
    let (loaded, _) = try source.loadWithTokenizerIfAny(on: workers)
    return [loaded, try LanguageModel(try reference.model())]
  }

  @Test(arguments: QuantisedAdapters.formats)
  func logitsAreThoseOfTrainingAndOfPyTorch(format: WeightFormat) throws {
    let reference = try QuantisedAdapters(format)
    for model in try models(reference) {
      #expect(model.weights.formats == [format])
      let errors = try errors(of: model, against: reference)
      // The keys and values are fp16, and the one row that the classifier is multiplied by is rounded to bytes: 127 of
      // them to the largest of 32 values.
      #expect(errors.allSatisfy { $0 < 1e-2 })
      // Without the adapters it is another model.
      let plain = try LanguageModel(model.weights, precision: .fp32, on: workers)
      #expect(try self.errors(of: plain, against: reference).allSatisfy { $0 > 0.1 })
    }
  }

  /// What convert writes, in fp32, has nothing rounded.
  @Test(arguments: QuantisedAdapters.formats)
  func mergedLogitsAreThoseOfPyTorch(format: WeightFormat) throws {
    let reference = try QuantisedAdapters(format)
    let source = ModelSource(reference.modelPath, adapters: reference.adaptersPath)
    let weights = try source.weights(in: try ModelFile(contentsOf: reference.modelPath), on: workers)
    let model = try LanguageModel(weights, on: workers)
    #expect(weights.formats == [.fp32])
    #expect(try errors(of: model, against: reference).allSatisfy { $0 < 1e-5 })
  }

  /// A few rows at a time are multiplied otherwise than a prompt, and are the same bits beside others as alone.
  @Test(arguments: QuantisedAdapters.formats)
  func tokensReadOneByOneOrBesideOthersGiveTheSameLogits(format: WeightFormat) throws {
    let reference = try QuantisedAdapters(format)
    for model in try models(reference) {
      let texts = (0..<reference.batchSize).map { text in
        Array(reference.tokens[text * reference.sequenceLength..<(text + 1) * reference.sequenceLength])
      }
      let alone = try texts.map { try readingOneByOne([$0], model)[0] }
      let together = try readingOneByOne(texts, model)
      #expect(alone == together)
      for (text, logits) in alone.enumerated() {
        let expected = reference.lastLogits(of: text)
        // Every layer's rows are rounded to bytes now.
        #expect(Closeness.error(of: logits, against: expected) < 5e-2)
      }
    }
  }

  private func errors(of model: LanguageModel, against reference: QuantisedAdapters) throws -> [Double] {
    try (0..<reference.batchSize).map { text in
      let T = reference.sequenceLength
      let cache = KeyValueCache(for: model, capacity: T)
      let pass = InferencePass(model.configuration)
      try model.read([.init(cache, Array(reference.tokens[text * T..<(text + 1) * T]))], in: pass)
      return Closeness.error(of: Array(pass.logits()), against: reference.lastLogits(of: text))
    }
  }

  private func readingOneByOne(_ texts: [[Int32]], _ model: LanguageModel) throws -> [[Float]] {
    let caches = texts.map { KeyValueCache(for: model, capacity: $0.count) }
    let pass = InferencePass(model.configuration)
    for position in texts[0].indices {
      try model.read(zip(caches, texts).map { .init($0, [$1[position]]) }, in: pass)
    }
    return texts.indices.map { Array(pass.logits(of: $0)) }
  }
}
