import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Updates that several processes share: ZeRO's first stage.
@Suite struct SharedUpdateTests {
  private let configuration: Configuration

  init() throws {
    // The token table has several pieces.
    configuration = try Configuration(
      maximumSequenceLength: 16, vocabularySize: 9000, layers: 3, heads: 2, channels: 32)
  }

  private func random(seed: UInt64, adapters: AdapterLayout? = nil) throws -> Parameters {
    let parameters = try Parameters(zeroed: configuration, adapters: adapters)
    var random = SeededRandom(seed: seed)
    for index in parameters.values.indices {
      parameters.values[index] = Float.random(in: -1...1, using: &random)
    }
    return parameters
  }

  @Test(arguments: Optimizer.Method.allCases, [1, 2, 4, 8])
  func sharesMakeTheSameUpdateTogether(method: Optimizer.Method, processes: Int) throws {
    let workers = Workers(count: 2)
    let settings = Optimizer.Settings(method: method, weightDecay: 0.1, maximumGradientNorm: 2)
    let whole = try Optimizer(configuration, settings: settings)
    let shares = try (0..<processes).map {
      try Optimizer(configuration, settings: settings, process: $0, of: processes)
    }
    let (expected, found) = (try random(seed: 1), try random(seed: 1))
    for seed in 2...3 as ClosedRange<UInt64> {
      let gradients = try random(seed: seed)
      let norm = whole.norm(ofSquares: whole.sumsOfSquares(of: gradients, on: workers))
      let plain = Optimizer.norm(of: gradients, on: workers)
      #expect(method == .adamW ? norm == plain : abs(norm - plain) < 1e-5 * plain)
      let sums = shares.map { $0.sumsOfSquares(of: gradients, on: workers) }
      let all = sums[0].indices.map { index in sums.reduce(0) { $0 + $1[index] } }
      for optimizer in [whole] + shares {
        #expect(optimizer.norm(ofSquares: all) == norm)
        optimizer.update(
          optimizer === whole ? expected : found, gradients: gradients, learningRate: 0.01,
          gradientNorm: norm, on: workers)
      }
    }
    #expect(found.copy() == expected.copy())
    // What each keeps is its run of what one process keeps.
    for (index, state) in whole.states.enumerated() {
      let parts = shares.flatMap { Array($0.states[index].values) }
      #expect(parts == Array(state.values), "\(state.name)")
      #expect(shares.map { $0.states[index].range }.map(\.count).reduce(0, +) == state.count)
    }
    withExtendedLifetime((whole, shares, found, expected)) {}
  }

  /// No more than the plan says, and not much less than an equal part.
  @Test(arguments: Optimizer.Method.allCases)
  func sharesAreAboutEqual(method: Optimizer.Method) throws {
    let settings = Optimizer.Settings(method: method)
    let total = try Optimizer(configuration, settings: settings).states.reduce(0) { $0 + $1.count }
    #expect(
      Optimizer.stateCount(configuration, training: .all, adapters: nil, settings: settings) == total)
    for processes in [2, 4] {
      let most = try #require(
        Optimizer.stateCount(
          configuration, training: .all, adapters: nil, settings: settings, processes: processes))
      let counts = try (0..<processes).map {
        try Optimizer(configuration, settings: settings, process: $0, of: processes)
          .states.reduce(0) { $0 + $1.values.count }
      }
      #expect(counts.reduce(0, +) == total)
      #expect(counts.allSatisfy { $0 <= most }, "\(counts) \(most)")
      // Pieces of the token table are half of what two processes have; of four not all get one.
      if processes == 2 { #expect(counts.allSatisfy { $0 > total / 3 }, "\(counts)") }
    }
  }

  /// Every value is some process's, and only one's; adapters have their part.
  @Test func sharesCoverAllThatIsTrained() throws {
    let layout = try AdapterLayout(configuration, rank: 3, alpha: 3, targets: TensorSet([.fcw, .qkvw]))
    for (trained, adapters) in [
      (TensorSet.all, nil), (TensorSet([.wte, .qkvb, .fcw]), layout), (.none, layout),
    ] as [(TensorSet, AdapterLayout?)] {
      let optimizer = try Optimizer(
        configuration, training: trained, adapters: adapters, settings: .init(method: .muon), process: 1,
        of: 4)
      let values = try Parameters(zeroed: configuration, holding: trained, adapters: adapters)
      for range in optimizer.shares.joined() { for index in range { values.values[index] += 1 } }
      for others in [true, false] {
        optimizer.forEachRun(ofOthers: others, in: values, values.adapters) { start, run in
          #expect(run.baseAddress == values.values.baseAddress.map { $0 + start })
          for index in run.indices { run[index] += 1 }
        }
      }
      #expect(values.copy().allSatisfy { $0 == 2 })
    }
  }
}
