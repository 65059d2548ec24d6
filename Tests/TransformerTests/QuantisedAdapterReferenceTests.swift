import Foundation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2Transformer

/// Adapters over quantised weights against PyTorch, in double precision, over what ggml's package decodes these weights
/// to (dev/reference/make_quantised_lora.py). Rows are three blocks, T is odd, and the token table is more than one band.
@Suite struct QuantisedAdapterReferenceTests {
  @Test(arguments: QuantisedAdapters.formats)
  func lossLogitsAndGradientsEqualPyTorchs(format: WeightFormat) throws {
    let reference = try QuantisedAdapters(format)
    let model = try reference.model()
    let activations = try reference.activations()
    let gradients = try reference.gradients()
    // What is not overwritten would stay as a seven.
    gradients.values.update(repeating: 7)
    try model.forward(reference.tokens, into: activations)
    var logits: [Float] = []
    model.forEachLogitsRow(of: activations) { _, row in logits += row[..<reference.vocabularySize] }
    #expect(Closeness.error(of: logits, against: reference.logits) < 1e-5)
    let loss = try model.backward(
      reference.tokens, targets: reference.targets, from: activations, into: gradients)
    #expect(abs(loss - reference.losses[0]) < 5e-6)
    let (found, expected) = (try #require(gradients.adapters), try reference.adapters("gradients"))
    for target in expected.layout.targets.tensors {
      for layer in 0..<model.configuration.layers {
        let (ours, theirs) = (try #require(found[target, layer]), try #require(expected[target, layer]))
        for (mine, other) in [(ours.a, theirs.a), (ours.b, theirs.b)] {
          let values = [mine, other].map { Array(UnsafeBufferPointer(start: $0.base, count: $0.count)) }
          #expect(Closeness.error(of: values[0], against: values[1]) < 1e-5, "\(target), layer \(layer)")
        }
      }
    }
  }

  @Test(arguments: QuantisedAdapters.formats)
  func trainingTakesPyTorchsSteps(format: WeightFormat) throws {
    let reference = try QuantisedAdapters(format)
    let found = try reference.train(try reference.model())
    #expect(found.count == 6)
    for (loss, expected) in zip(found, reference.losses) { #expect(abs(loss - expected) < 5e-5) }
  }

  /// So that a run is the same on any machine.
  @Test(arguments: QuantisedAdapters.formats)
  func anyNumberOfThreadsGivesTheSameBits(format: WeightFormat) throws {
    let reference = try QuantisedAdapters(format)
    let one = try reference.trainedValues(threads: 1)
    for threads in [2, 3, 7] {
      let same = try reference.trainedValues(threads: threads) == one
      #expect(same, "\(threads) threads")
    }
  }
}
