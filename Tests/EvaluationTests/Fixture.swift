import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import GPT2Transformer

@testable import GPT2Evaluation

/// A committed model, its scorer, and the plain GPT-2 in double precision with the same weights.
struct Fixture {
  let model: Model
  let scorer: LanguageModelScorer
  let plain: PlainGPT2

  var longest: Int { model.configuration.maximumSequenceLength }

  /// tiny: V = 31, maxT = 9. awkward: V = 97, maxT = 32.
  init(_ name: String, on workers: Workers = Workers(count: 2)) throws {
    model = Model(try Checkpoint.read(TestFiles.fixture("\(name).bin")), on: workers)
    scorer = try LanguageModelScorer(LanguageModel(model))
    plain = PlainGPT2(model.parameters)
  }

  /// Random tokens of the model's.
  func tokens(_ count: Int, seed: UInt64) -> [Int32] {
    var random = SeededRandom(seed: seed)
    let vocabulary = 0..<Int32(model.configuration.vocabularySize)
    return (0..<count).map { _ in Int32.random(in: vocabulary, using: &random) }
  }
}

/// What rounding to single precision may do to a loss of these models.
let lossTolerance = 2e-5
