import Testing

@testable import GPT2Generation

@Suite struct SamplerTests {
  /// The running sum of the probabilities against llm.c's numbers for seed 1337, which its own C code printed:
  /// 0.2303 0.1905 0.3109 0.9027 0.6849 0.3078.
  @Test func drawsAreLlmcs() throws {
    var sampler = Sampler(.init(seed: 1337))
    let uniform = [Float](repeating: 3, count: 10)
    #expect(try (0..<6).map { _ in try sampler.sample(uniform) } == [2, 1, 3, 9, 6, 3])
  }

  @Test(arguments: [0, 1, 2, 1337, .max] as [UInt64])
  func aSeedAlwaysDrawsTheSame(seed: UInt64) throws {
    #expect(try draws(seed: seed) == draws(seed: seed))
  }

  @Test func differentSeedsDrawDifferently() throws {
    let seeds: [UInt64] = [0, 1, 2, 3, 1336, 1337, 1338, .max - 1, .max]
    #expect(try Set(seeds.map { try draws(seed: $0) }).count == seeds.count)
  }

  /// xorshift stays at 0 for ever, so seed 0 must not become that state.
  @Test func seedZeroDrawsManyTokens() throws {
    #expect(try Set(draws(seed: 0)).count > 20)
  }

  @Test func aCopyDrawsOnIndependently() throws {
    var sampler = Sampler(.init(seed: 7))
    _ = try sampler.sample(logits)
    var copy = sampler
    let drawn = try (0..<20).map { _ in try sampler.sample(logits) }
    #expect(try (0..<20).map { _ in try copy.sample(logits) } == drawn)
  }

  @Test func greedyTakesTheFirstOfTheGreatest() throws {
    #expect(try greedy([1, 3, 2]) == 1)
    #expect(try greedy([5]) == 0)
    #expect(try greedy([-2, -1, -1, -3]) == 1)
    #expect(try greedy([-0.0, 0, -0.0]) == 0)
    #expect(try greedy([-.infinity, -.greatestFiniteMagnitude]) == 1)
    #expect(try greedy([Float](repeating: -100, count: 1003)) == 0)
  }

  /// So that the temperature of one text does not change which numbers the next one gets.
  @Test func greedyIgnoresTheSeed() throws {
    for seed in 0..<20 as Range<UInt64> {
      #expect(try sample([1, 3, 2], .init(temperature: 0, topK: 2, seed: seed)) == 1)
    }
  }

  @Test func aTinyTemperatureIsAsGoodAsGreedy() throws {
    for seed in 1..<20 as Range<UInt64> {
      #expect(try sample([1, 1.001, -5], .init(temperature: .leastNonzeroMagnitude, seed: seed)) == 1)
    }
  }

  @Test func extremeLogitsNeitherOverflowNorVanish() throws {
    let most = Float.greatestFiniteMagnitude
    for seed in 1..<20 as Range<UInt64> {
      #expect(try sample([-most, most, -most], .init(seed: seed)) == 1)
      #expect(try sample([-most, -most * 0.5], .init(seed: seed)) == 1)
      #expect(try sample([most, -.infinity], .init(temperature: most, seed: seed)) == 0)
    }
  }

  @Test(arguments: [nil, 1, 2, 3, 9], [0, 1])
  func nanIsRefusedWhereverItIs(topK: Int?, temperature: Float) {
    for position in 0..<3 {
      var logits: [Float] = [1, 2, 3]
      logits[position] = .nan
      #expect(throws: SamplingError(token: position, logit: .nan)) {
        try sample(logits, .init(temperature: temperature, topK: topK))
      }
    }
  }

  @Test(arguments: [nil, 1, 2, 9], [0, 1])
  func infinityIsRefused(topK: Int?, temperature: Float) {
    #expect(throws: SamplingError(token: 1, logit: .infinity)) {
      try sample([1, .infinity, 3], .init(temperature: temperature, topK: topK))
    }
  }

  @Test(arguments: [nil, 1, 2, 9], [0, 1])
  func nothingButMinusInfinityIsRefused(topK: Int?, temperature: Float) {
    for count in 1...3 {
      #expect(throws: SamplingError(token: 0, logit: -.infinity)) {
        try sample(
          [Float](repeating: -.infinity, count: count), .init(temperature: temperature, topK: topK))
      }
    }
  }

  @Test func anErrorSaysWhichTokenAndWhatToDo() {
    let line = SamplingError(token: 17, logit: .nan).description
    for part in ["token 17", "the logit nan", "expected a finite number", "weights are damaged"] {
      #expect(line.contains(part))
    }
  }

  /// After a refusal the sampler goes on as if it had not been asked.
  @Test func aRefusalDrawsNoNumber() throws {
    var sampler = Sampler(.init(seed: 7))
    var other = sampler
    #expect(throws: SamplingError.self) { try sampler.sample([.nan]) }
    #expect(try sampler.sample(logits) == other.sample(logits))
  }

  private let logits: [Float] = (0..<101).map { Float($0 % 7) / 3 }

  private func draws(seed: UInt64) throws -> [Int] {
    var sampler = Sampler(.init(seed: seed))
    return try (0..<100).map { _ in try sampler.sample(logits) }
  }

  private func greedy(_ logits: [Float]) throws -> Int { try sample(logits, .init(temperature: 0)) }

  private func sample(_ logits: [Float], _ settings: Sampler.Settings) throws -> Int {
    var sampler = Sampler(settings)
    return try sampler.sample(logits)
  }
}

extension Sampler {
  mutating func sample(_ logits: [Float]) throws -> Int {
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: logits.count)
    defer { copy.deallocate() }
    _ = copy.initialize(fromContentsOf: logits)
    return try sample(UnsafeBufferPointer(copy))
  }
}
