import GPT2Tokens
import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2Generation

/// How often drafted texts come, against probabilities computed by a plain GPT-2 and plain sampling in double
/// precision.
@Suite struct DraftedDistributionTests {
  /// Four tokens after a prompt, of at most 3 candidates each: Pearson's χ² over the texts that are
  /// expected at least five times, the rest together. Five deviations above its mean are passed by chance about once in
  /// thousands of seeds, and the seeds are fixed.
  @Test(arguments: DraftKind.allCases)
  func textsComeAsOftenAsTheModelSays(kind: DraftKind) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 8, vocabularySize: 257, layers: 1, heads: 2, channels: 32)
    let parameters = try Parameters.random(configuration, scale: 0.6, seed: 21)
    let model = try LanguageModel(Weights(parameters), on: Workers(count: 1))
    let draft = try Draft(kind, for: model)
    let prompt: [Int32] = [5, 6, 5, 6, 5]
    let options = SamplingOptions(
      temperature: 6, topK: 3, minP: 0.02, repetitionPenalty: 1.1, logitBias: [5: 12, 6: 12])
    let exact = probabilities(of: 4, after: prompt, PlainGPT2(parameters), PlainSampling(options))

    let draws = 2000
    var random = SeededRandom(seed: 33)
    var (counts, accepted, proposed) = ([[Int32]: Int](), 0, 0)
    for _ in 0..<draws {
      var generation = GenerationOptions(maximumTokens: 4, sampling: options, stopsAtEndOfText: false)
      generation.sampling.seed = random.next()
      let batch = try TextBatch(model, .byteLevel, prompts: [prompt], options: generation, draft: draft)
      var text: [Int32] = []
      while !batch.isFinished { text += try batch.step().map { Int32($0.token.token) } }
      counts[text, default: 0] += 1
      accepted += batch.draftCounts?.accepted ?? 0
      proposed += batch.draftCounts?.proposed ?? 0
    }
    #expect(accepted > draws / 4 && accepted < proposed, "drafts take part, and some are refused")
    #expect(counts.keys.allSatisfy { exact[$0] != nil }, "a text of probability 0")
    expectDraws(counts, exact, draws)
  }

  private func expectDraws(_ counts: [[Int32]: Int], _ exact: [[Int32]: Double], _ draws: Int) {
    var (statistic, cells) = (0.0, 0)
    var rare = (found: 0.0, expected: 0.0)
    func add(_ found: Double, _ expected: Double) {
      statistic += (found - expected) * (found - expected) / expected
      cells += 1
    }
    for (text, probability) in exact {
      let (found, expected) = (Double(counts[text] ?? 0), probability * Double(draws))
      if expected >= 5 { add(found, expected) } else { rare = (rare.found + found, rare.expected + expected) }
    }
    if rare.expected > 0 { add(rare.found, max(rare.expected, 1e-9)) }
    let freedom = Double(cells - 1)
    #expect(
      cells > 50 && statistic <= freedom + 5 * (2 * freedom).squareRoot(), "\(statistic), \(cells) cells")
  }

  /// Each continuation of so many tokens with its probability.
  private func probabilities(
    of count: Int, after prompt: [Int32], _ model: PlainGPT2, _ sampling: PlainSampling
  ) -> [[Int32]: Double] {
    guard count > 0 else { return [[]: 1] }
    let logits = model.logits(after: prompt).map(Float.init)
    var all: [[Int32]: Double] = [:]
    for (token, p) in sampling.probabilities(logits, history: prompt).enumerated() where p > 0 {
      for (rest, q) in probabilities(of: count - 1, after: prompt + [Int32(token)], model, sampling) {
        all[[Int32(token)] + rest] = p * q
      }
    }
    return all
  }
}
