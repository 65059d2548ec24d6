import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Adapters against PyTorch, in double precision (dev/reference/make_lora_reference.py).
@Suite struct AdapterReferenceTests {
  private static func adapters(_ name: String) throws -> LowRankAdapters {
    let base = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    return try AdapterFile.read(TestFiles.fixture(name), for: base, on: Workers(count: 2))
  }

  /// The losses before each of the updates.
  private static func losses() throws -> [Float] {
    try String(contentsOfFile: TestFiles.fixture("awkward_lora_losses.txt"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { Float($0) }
  }

  @Test func lossAndGradientsEqualPyTorchs() throws {
    let adapted = try AdaptedModel(adapters: Self.adapters("awkward_lora.bin"))
    let expected = try Self.adapters("awkward_lora_gradients.bin")
    let (loss, gradients) = try adapted.gradients()
    let found = try #require(gradients.adapters)
    #expect(abs(loss - (try Self.losses()[0])) < 2e-6)
    for target in adapted.adapters.layout.targets.tensors {
      for layer in 0..<adapted.model.configuration.layers {
        let (ours, theirs) = (try #require(found[target, layer]), try #require(expected[target, layer]))
        for (mine, other) in [(ours.a, theirs.a), (ours.b, theirs.b)] {
          let values = [mine, other].map { Array(UnsafeBufferPointer(start: $0.base, count: $0.count)) }
          #expect(Closeness.error(of: values[0], against: values[1]) < 1e-5, "\(target), layer \(layer)")
        }
      }
    }
  }

  @Test func trainingTakesPyTorchsSteps() throws {
    let adapted = try AdaptedModel(adapters: Self.adapters("awkward_lora.bin"))
    let settings = Optimizer.Settings(
      beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maximumGradientNorm: 1)
    let expected = try Self.losses()
    #expect(expected.count == 6)
    let found = try adapted.train(expected.count, settings: settings, learningRate: 1e-2)
    for (loss, reference) in zip(found, expected) { #expect(abs(loss - reference) < 2e-5) }
  }

  /// The same PyTorch with every product's inputs rounded moves the gradients by 3.2 % of their norm; twice
  /// that is allowed. The losses as the recipes allow it for the model itself.
  @Test func inBFloat16WithinItsRounding() throws {
    let adapted = try AdaptedModel(adapters: Self.adapters("awkward_lora.bin"), precision: .bf16)
    let expected = try Self.adapters("awkward_lora_gradients.bin")
    let found = try #require(try adapted.gradients().gradients.adapters)
    let (ours, theirs) = (found.copy().map(Double.init), expected.copy().map(Double.init))
    let distance = zip(ours, theirs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = theirs.reduce(0) { $0 + $1 * $1 }
    #expect((distance / size).squareRoot() < 0.064)
    let settings = Optimizer.Settings(weightDecay: 0.1, maximumGradientNorm: 1)
    let losses = try adapted.train(6, settings: settings, learningRate: 1e-2)
    for (loss, reference) in zip(losses, try Self.losses()) { #expect(abs(loss - reference) < 0.02) }
  }

  @Test func freshAdaptersAreDrawnAsPyTorchDrawsThem() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 16, vocabularySize: 65, layers: 2, heads: 2, channels: 32)
    let adapters = try LowRankAdapters(random: AdaptedModel.layout(configuration))
    let lines = try String(contentsOfFile: TestFiles.fixture("lora_init.txt"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
    #expect(lines.count == 8)
    for fields in lines {
      let target = try #require(ParameterTensor(rawValue: String(fields[1])))
      let layer = try #require(Int(fields[0]))
      let factors = try #require(adapters[target, layer])
      let a = (0..<factors.a.rows).flatMap { Array(factors.a[$0]) }.map(Double.init)
      let expected = fields.dropFirst(2).compactMap { Double($0) }
      #expect(expected.count == 9)
      // PyTorch multiplies and adds with one rounding: the last place may differ, of each value.
      for (value, reference) in zip(a.prefix(4) + a.suffix(4), expected) {
        #expect(abs(value - reference) < 2e-8, "\(target)")
      }
      #expect(abs(a.reduce(0, +) - expected[8]) < 2e-8 * Double(a.count), "\(target)")
      #expect((0..<factors.b.rows).allSatisfy { factors.b[$0].allSatisfy { $0 == 0 } })
    }
    let other = try LowRankAdapters(random: adapters.layout, seed: 7)
    #expect(other.copy() != adapters.copy())
  }
}
