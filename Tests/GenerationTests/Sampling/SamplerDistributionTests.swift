import GPT2Generation
import TestSupport
import Testing

/// How often tokens are drawn, against probabilities computed here in double precision.
@Suite struct SamplerDistributionTests {
  @Test(arguments: [1, 7, 0] as [UInt64])
  func tokensAreDrawnAsOftenAsTheirProbabilitiesSay(seed: UInt64) throws {
    let probabilities = [0.4, 0.0, 0.3, 0.15, 0.1, 0.04, 0.01]
    let logits = probabilities.map { p in p == 0 ? -Float.infinity : Float(naturalLogarithm(p)) }
    try expectDraws(of: logits, .init(seed: seed), by: probabilities)
  }

  @Test(arguments: [0.25, 0.7, 1, 1.6, 10] as [Float])
  func temperatureDividesTheLogits(temperature: Float) throws {
    let probabilities = softmax(logits.map { Double($0) / Double(temperature) })
    try expectDraws(of: logits, .init(temperature: temperature, seed: 5), by: probabilities)
  }

  @Test func aConstantAddedToTheLogitsChangesNothing() throws {
    try expectDraws(of: logits.map { $0 + 4096 }, .init(seed: 5), by: softmax(logits.map(Double.init)))
  }

  @Test(arguments: [1, 2, 3, 5, 12, 13, 14, Int.max])
  func onlyTheKLikeliestAreDrawn(k: Int) throws {
    try expectDraws(of: logits, .init(topK: k, seed: 11), by: softmax(greatest(k, of: logits)))
  }

  @Test func temperatureAndTopKTogether() throws {
    let probabilities = softmax(greatest(4, of: logits).map { $0 / 0.5 })
    try expectDraws(of: logits, .init(temperature: 0.5, topK: 4, seed: 3), by: probabilities)
  }

  /// Of equal logits the first ids count as likelier, so that there are never more than k.
  @Test(arguments: 1...7)
  func tiesAtTheThresholdAreKeptInOrder(k: Int) throws {
    let logits: [Float] = [1, 2, 1, 3, 1, 1, -.infinity]
    let order = [3, 1, 0, 2, 4, 5, 6]
    var kept = [Double](repeating: -.infinity, count: 7)
    for token in order.prefix(k) { kept[token] = Double(logits[token]) }
    try expectDraws(of: logits, .init(topK: k, seed: 13), by: softmax(kept))
  }

  @Test func positiveAndNegativeZeroTie() throws {
    try expectDraws(of: [-0.0, 0, -1, 0], .init(topK: 2, seed: 17), by: [0.5, 0.5, 0, 0])
  }

  @Test(arguments: [1, 2, 3, 4])
  func minusInfinityIsNeverDrawnEvenWhereKHasRoom(k: Int) throws {
    let probabilities = k == 1 ? [0, 1, 0, 0] : softmax([-.infinity, 2, -.infinity, 1])
    try expectDraws(of: [-.infinity, 2, -.infinity, 1], .init(topK: k, seed: 19), by: probabilities)
  }

  @Test(arguments: [1, 2, 40, 1000, 50_256, 50_257])
  func aWholeVocabularyOfRandomLogits(k: Int) throws {
    var random = SeededRandom(seed: 23)
    let logits = random.floats(50_257, scale: 30)
    let allowed = greatest(k, of: logits)
    var sampler = Sampler(.init(temperature: 20, topK: k, seed: 29))
    for _ in 0..<20 { #expect(try allowed[sampler.sample(logits)] > -.infinity) }
  }

  private let logits: [Float] = [0.3, -1.2, 2.1, 0.9, -0.4, 1.7, 0, -2.5, 1.1, 0.6, -0.9, 1.4, -0.1]

  /// The k greatest logits, and minus infinity for all others.
  private func greatest(_ k: Int, of logits: [Float]) -> [Double] {
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    var kept = [Double](repeating: -.infinity, count: logits.count)
    for token in order.prefix(k) { kept[token] = Double(logits[token]) }
    return kept
  }

  /// Pearson's χ² over 20,000 draws. With n degrees of freedom its mean is n and its variance 2n; five
  /// deviations above that are passed by chance about once in thousands of seeds, and the seeds are fixed.
  private func expectDraws(
    of logits: [Float], _ settings: Sampler.Settings, by probabilities: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let draws = 20_000
    var counts = [Int](repeating: 0, count: logits.count)
    var sampler = Sampler(settings)
    for _ in 0..<draws { counts[try sampler.sample(logits)] += 1 }

    var statistic = 0.0
    for (count, probability) in zip(counts, probabilities) {
      let expected = Double(draws) * probability
      guard expected > 0 else {
        #expect(count == 0, "a token of probability 0", sourceLocation: sourceLocation)
        continue
      }
      statistic += (Double(count) - expected) * (Double(count) - expected) / expected
    }
    let freedom = Double(probabilities.count { $0 > 0 } - 1)
    #expect(statistic <= freedom + 5 * (2 * freedom).squareRoot(), sourceLocation: sourceLocation)
  }
}
