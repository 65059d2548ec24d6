import Testing

@testable import GPT2Generation

@Suite struct LogitBiasTests {
  @Test func addsAndBans() {
    let biases: [Int: Float] = [0: 1.5, 2: -4, 3: -.infinity]
    #expect(biased([1, 2, 3, 4, 5], biases) == [2.5, 2, -1, -.infinity, 5])
    #expect(biased([1, 2], [:]) == [1, 2])
  }

  @Test func anImpossibleTokenStaysSo() {
    #expect(biased([-.infinity, 0], [0: .greatestFiniteMagnitude]) == [-.infinity, 0])
    #expect(biased([-.infinity, 0], [0: -.infinity]) == [-.infinity, 0])
  }

  @Test func whatOverflowsStaysFinite() {
    let most = Float.greatestFiniteMagnitude
    #expect(biased([most, -most], [0: most, 1: -most]) == [most, -most])
  }

  private func biased(_ logits: [Float], _ biases: [Int: Float]) -> [Float] {
    var logits = logits
    logits.withUnsafeMutableBufferPointer { LogitBias(biases: biases).apply(to: $0) }
    return logits
  }
}

@Suite struct RepetitionPenaltyTests {
  @Test func dividesPositiveAndMultipliesNegativeLogits() {
    #expect(penalised([3, -3, 0, 3, -3], 2, history: [0, 1, 2]) == [1.5, -6, 0, 3, -3])
    #expect(penalised([3, -3, 0], 0.5, history: [0, 1, 2]) == [6, -1.5, 0])
    #expect(penalised([3, -3], 1, history: [0, 1]) == [3, -3])
  }

  @Test func aTokenIsPenalisedOnceHoweverOftenItOccurs() {
    #expect(penalised([8, 8, -8], 2, history: [0, 2, 0, 0, 2]) == [4, 8, -16])
  }

  @Test(arguments: 1...5)
  func onlyTheLastTokensCount(window: Int) {
    let expected: [Float] = (0..<5).map { $0 >= 5 - window ? 1 : 2 }
    #expect(penalised([2, 2, 2, 2, 2], 2, window: window, history: [0, 1, 2, 3, 4]) == expected)
  }

  @Test func aWindowLongerThanTheText() {
    #expect(penalised([2, 2], 2, window: .max, history: [1]) == [2, 1])
    #expect(penalised([2, 2], 2, window: 7, history: []) == [2, 2])
    #expect(penalised([2, 2], 2, window: nil, history: []) == [2, 2])
  }

  @Test func minusInfinityAndOverflow() {
    let most = Float.greatestFiniteMagnitude
    #expect(penalised([-.infinity, 1], 2, history: [0]) == [-.infinity, 1])
    #expect(penalised([-.infinity, -1], .leastNonzeroMagnitude, history: [0]) == [-.infinity, -1])
    #expect(penalised([most, -1], .leastNonzeroMagnitude, history: [0, 1])[0] == most)
    #expect(penalised([1, -most], 3, history: [1]) == [1, -most])
  }

  /// Twice in a row: the marks are taken back.
  private func penalised(
    _ logits: [Float], _ penalty: Float, window: Int? = nil, history: [Int32]
  ) -> [Float] {
    let penalty = RepetitionPenalty(penalty: penalty, window: window)
    var seen = [Bool](repeating: false, count: logits.count)
    let results = (0..<2).map { _ in
      var logits = logits
      logits.withUnsafeMutableBufferPointer { penalty.apply(to: $0, history: history, seen: &seen) }
      return logits
    }
    #expect(results[0] == results[1])
    #expect(!seen.contains(true))
    return results[0]
  }
}

@Suite struct OccurrencePenaltyTests {
  @Test func takesByHowOftenATokenWasWritten() {
    #expect(penalised([1, 2, 3, -4], presence: 0.5, written: [1, 3, 3]) == [1, 1.5, 3, -4.5])
    #expect(penalised([1, 2, 3, -4], frequency: 0.5, written: [1, 3, 3]) == [1, 1.5, 3, -5])
    #expect(penalised([1, 2, 3, -4], presence: 1, frequency: -2, written: [1, 3, 3]) == [1, 3, 3, -1])
    #expect(penalised([1, 2], presence: 1, frequency: 1, written: []) == [1, 2])
  }

  @Test func minusInfinityAndOverflow() {
    let most = Float.greatestFiniteMagnitude
    #expect(penalised([-.infinity, most], presence: -most, written: [0, 1]) == [-.infinity, most])
    #expect(penalised([0, -most], frequency: most, written: [1, 1, 1]) == [0, -most])
  }

  /// Of the sampler: what was written alone counts, and the report is of the model's own distribution.
  @Test func thePromptDoesNotCount() throws {
    let options = SamplingOptions(temperature: 0, presencePenalty: 1, frequencyPenalty: 1)
    var sampler = try TokenSampler(options, vocabularySize: 3)
    let logits: [Float] = [3, 2.5, 0]
    func token(_ history: [Int32], written: Int?) throws -> Int {
      try logits.withUnsafeBufferPointer {
        try sampler.sample($0, history: history, written: written, alternatives: 1).token
      }
    }
    #expect(try token([0, 0, 0], written: 0) == 0)
    #expect(try token([1, 0], written: 1) == 1)
    #expect(try token([1, 0], written: nil) == 0)
    #expect(try token([1, 1, 0], written: nil) == 0)
    #expect(try token([0, 0, 1], written: nil) == 1)
  }

  /// Twice in a row: the counts are taken back.
  private func penalised(
    _ logits: [Float], presence: Float = 0, frequency: Float = 0, written: [Int32]
  ) -> [Float] {
    let penalty = OccurrencePenalty(presence: presence, frequency: frequency)
    var counts = [Int32](repeating: 0, count: logits.count)
    let results = (0..<2).map { _ in
      var logits = logits
      logits.withUnsafeMutableBufferPointer { penalty.apply(to: $0, written: written[...], counts: &counts) }
      return logits
    }
    #expect(results[0] == results[1])
    #expect(counts.allSatisfy { $0 == 0 })
    return results[0]
  }
}

@Suite struct GreedyTests {
  @Test(arguments: [1, 7, 8, 9, 64, 101])
  func theFirstOfTheGreatestWhereverItIs(count: Int) {
    for place in 0..<count {
      var logits = [Float](repeating: -3, count: count)
      logits[place] = -2
      #expect(greedy(logits) == place)
      logits[count - 1] = -2
      #expect(greedy(logits) == place)
    }
  }

  @Test func nothingToPick() {
    #expect(greedy([]) == nil)
    #expect(greedy([Float](repeating: -.infinity, count: 9)) == nil)
  }

  @Test(arguments: [1, 8, 21])
  func notANumberIsFoundWhereverItIs(count: Int) {
    for place in 0..<count {
      var logits = [Float](repeating: .infinity, count: count)
      logits[place] = .nan
      #expect(throws: SamplingError(token: place, logit: .nan)) {
        try logits.withUnsafeBufferPointer { logits throws in try Greedy(checking: logits) }
      }
    }
  }

  private func greedy(_ logits: [Float]) -> Int? {
    logits.withUnsafeBufferPointer { Greedy(of: $0)?.token }
  }
}
