import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Adapters as memory: where they lie, how much they take, and how they get into weights.
@Suite struct LowRankAdaptersTests {
  private func tiny() throws -> Parameters { try Checkpoint.read(TestFiles.fixture("tiny.bin")) }

  /// Of 124M, adapters of rank 8 for queries, keys and values; and for all linear layers.
  @Test(arguments: [("qkvw", 12 * 8 * (768 + 2304)), ("linear", 12 * 8 * 16 * 768)])
  func trainingThemTakesLittleMemory(names: String, values: Int) throws {
    let size = try #require(ModelSize(descriptor: "d12"))
    let gpt2 = try size.configuration(vocabularySize: 50257, maximumSequenceLength: 1024)
    let layout = try AdapterLayout(gpt2, rank: 8, alpha: 16, targets: TensorSet(names: names))
    #expect(layout.valueCount == values)
    // Gradients and each of the two moments are as large.
    let trained = try #require(Parameters.valueCount(of: gpt2, holding: .none, adapters: layout))
    let all = try #require(Parameters.valueCount(of: gpt2))
    #expect(trained == values && all == 124_475_904)
    #expect(Double(trained) < 0.02 * Double(all))
    #expect(layout.scratchCount(tokens: 4096) == 8 * (4096 + (names == "qkvw" ? 3 : 4) * 768))
    #expect(layout.scratchCount(tokens: .max) == nil)
    #expect(layout.mergedValueCount == 12 * (names == "qkvw" ? 3 : 12) * 768 * 768)
  }

  @Test func allocationsHaveTheSizesThatAreCounted() throws {
    let configuration = try tiny().configuration
    let layout = try AdaptedModel.layout(configuration, targets: TensorSet([.fcw, .qkvw]))
    #expect(try LowRankAdapters(zeroed: layout).values.count == layout.valueCount)
    let trained = try TensorSet(names: "biases")
    let count = Parameters.valueCount(of: configuration, holding: trained, adapters: layout)
    let optimizer = try Optimizer(
      configuration, training: trained, adapters: layout, settings: .init())
    #expect(optimizer.states.map(\.values.count) == [count, count])
  }

  @Test func theyLieTargetAfterTargetLayerAfterLayerAThenB() throws {
    let configuration = try tiny().configuration  // 2 layers, 10 channels
    let layout = try AdapterLayout(configuration, rank: 2, alpha: 1, targets: TensorSet([.fcw, .attprojw]))
    let adapters = try LowRankAdapters(zeroed: layout)
    for index in adapters.values.indices { adapters.values[index] = Float(index) }
    var next: Float = 0
    for (target, rows, columns) in [(ParameterTensor.attprojw, 10, 10), (.fcw, 40, 10)] {
      for layer in 0..<2 {
        let factors = try #require(adapters[target, layer])
        #expect(factors.a.rows == 2 && factors.a.columns == columns && factors.a.base[0] == next)
        next += Float(2 * columns)
        #expect(factors.b.rows == rows && factors.b.columns == 2 && factors.b.base[0] == next)
        next += Float(2 * rows)
      }
    }
    #expect(adapters.values.count == Int(next))
    #expect(adapters[.qkvw, 0] == nil)
  }

  @Test func impossibleOnesAreRefused() throws {
    let configuration = try tiny().configuration
    func error(rank: Int = 2, alpha: Float = 1, _ targets: TensorSet = TensorSet([.qkvw])) -> AdapterError? {
      do throws(AdapterError) {
        _ = try AdapterLayout(configuration, rank: rank, alpha: alpha, targets: targets)
        return nil
      } catch {
        #expect(error.description.hasPrefix("found ") && error.description.contains("expected"))
        return error
      }
    }
    #expect(error() == nil)
    #expect(error(rank: 10) == nil)
    for rank in [0, -1, 11, .max] {
      #expect(error(rank: rank) == .rankOutOfRange(found: rank, largest: 10))
    }
    for alpha in [0, -1, .infinity] as [Float] {
      #expect(error(alpha: alpha) == .alphaOutOfRange(found: alpha))
    }
    #expect(error(alpha: .nan) != nil)
    for names in ["none", "wte", "qkvw,qkvb"] {
      let targets = try TensorSet(names: names)
      #expect(error(targets) == .impossibleTargets(found: targets))
    }
  }

  @Test func sizesThatOverflowHaveNoCountAndCannotBeAllocated() throws {
    let most = 1 << 24
    let huge = try Configuration(
      maximumSequenceLength: 1, vocabularySize: 1, layers: most, heads: 1, channels: most)
    let layout = try AdapterLayout(huge, rank: most, alpha: 1, targets: TensorSet([.fcw]))
    #expect(layout.valueCount == nil)
    #expect(Parameters.valueCount(of: huge, holding: .none, adapters: layout) == nil)
    #expect(throws: AllocationError.self) { try LowRankAdapters(zeroed: layout) }
    #expect(throws: AllocationError.self) {
      try Parameters(zeroed: huge, holding: .none, adapters: layout)
    }
  }

  @Test func theFirstNonFiniteValueIsFoundByTarget() throws {
    let configuration = try tiny().configuration
    let workers = Workers(count: 1)
    let layout = try AdaptedModel.layout(configuration, targets: TensorSet([.qkvw, .fcw]))
    let gradients = try Parameters(zeroed: configuration, holding: TensorSet([.wpe]), adapters: layout)
    #expect(gradients.firstNonFinite(on: workers) == nil)
    let adapters = try #require(gradients.adapters)
    try #require(adapters[.fcw, 0]).a.base[4] = .infinity
    let found = gradients.firstNonFinite(on: workers)
    #expect(found?.tensor == .fcw && found?.index == 4)
    gradients.values(of: .wpe)[2] = .nan
    #expect(gradients.firstNonFinite(on: workers)?.tensor == .wpe)
  }

  /// All three ways against double precision; the model's own parameters stay as they are.
  @Test func mergedWeightsComputeWhatTheAdaptersDo() throws {
    let adapted = try AdaptedModel("tiny")
    let untouched = adapted.model.parameters.values.map(\.bitPattern)
    let plain = PlainGPT2(
      adapted.model.parameters, adapted.adapters.layout, values: adapted.adapters.values.map(Double.init))
    let expected = adapted.sequences.flatMap { sequence in
      (1..<sequence.count).flatMap { plain.logits(after: Array(sequence[..<$0])) }
    }
    try adapted.model.forward(adapted.state.tokens, into: adapted.activations)
    #expect(Closeness.error(of: adapted.logits, against: expected) < 2e-6)

    let merged = try tiny()
    adapted.adapters.merge(into: merged, on: adapted.model.workers)
    try Model(merged).forward(adapted.state.tokens, into: adapted.activations)
    #expect(Closeness.error(of: adapted.logits, against: expected) < 2e-6)

    let weights = try Weights(of: adapted.model)
    for tensor in ParameterTensor.allCases {
      for layer in 0..<tensor.layers(in: merged.configuration) {
        let matrix = merged[tensor, layer]
        let values = Array(UnsafeBufferPointer(start: matrix.base, count: matrix.count))
        #expect(decoded(weights[tensor, layer]) == values, "\(tensor), layer \(layer)")
      }
    }
    #expect(adapted.model.parameters.values.map(\.bitPattern) == untouched)
    #expect(merged.values.map(\.bitPattern) != untouched)

    let directory = try TemporaryDirectory()
    try Checkpoint.write(weights, to: directory.file("merged.bin"), replacing: false, version: .float32)
    #expect(try Checkpoint.read(directory.file("merged.bin")).copy() == merged.copy())
  }
}
