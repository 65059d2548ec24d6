import Foundation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Transformer
import GPT2WeightFormats

/// A model of quantised weights, adapters, and what PyTorch computes with them: see
/// dev/reference/make_quantised_lora.py.
package struct QuantisedAdapters {
  package static let formats: [WeightFormat] = [.q8_0, .q4_0]

  package let modelPath: String
  package let adaptersPath: String
  package let batchSize: Int
  package let sequenceLength: Int
  package let vocabularySize: Int
  package let tokens: [Int32]
  package let targets: [Int32]
  /// (B, T, V)
  package let logits: [Float]
  /// Before each of six updates.
  package let losses: [Float]
  private let name: String
  private let stored: StoredWeights

  package init(_ format: WeightFormat) throws {
    name = TestFiles.fixture("quantised_lora/\(format.rawValue)")
    modelPath = name + ".gguf"
    adaptersPath = name + "_lora.bin"
    stored = try StoredWeights(try ModelFile(contentsOf: modelPath).weights())
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name + "_values.bin")))
    func words<Word: BitwiseCopyable>(_ type: Word.Type, from first: Int, to end: Int) -> [Word] {
      data.withUnsafeBytes { bytes in
        (first..<end).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: type) }
      }
    }
    let sizes = words(Int32.self, from: 0, to: 3).map(Int.init)
    (batchSize, sequenceLength, vocabularySize) = (sizes[0], sizes[1], sizes[2])
    let count = batchSize * sequenceLength
    tokens = words(Int32.self, from: 3, to: 3 + count)
    targets = words(Int32.self, from: 3 + count, to: 3 + 2 * count)
    let end = 3 + 2 * count + count * vocabularySize
    logits = words(Float.self, from: 3 + 2 * count, to: end)
    losses = words(Float.self, from: end, to: data.count / 4)
  }

  /// Those after the last token of a text, (V).
  package func lastLogits(of text: Int) -> [Float] {
    let row = (text + 1) * sequenceLength - 1
    return Array(logits[row * vocabularySize..<(row + 1) * vocabularySize])
  }

  /// - Parameter kind: `lora` or `gradients`.
  package func adapters(_ kind: String) throws -> LowRankAdapters {
    let file = try AdapterFile.read("\(name)_\(kind).bin")
    try file.check(stored, on: Workers(count: 2))
    return file.adapters
  }

  package func model(threads: Int = 2) throws -> Model {
    Model(stored, adapters: try adapters("lora"), on: Workers(count: threads))
  }

  package func activations() throws -> Activations {
    try Activations(
      stored.weights.configuration, batchSize: batchSize, sequenceLength: sequenceLength,
      keepingForBackward: true)
  }

  package func gradients() throws -> Parameters {
    try Parameters(
      zeroed: stored.weights.configuration, holding: .none, adapters: try adapters("lora").layout)
  }

  /// Makes the reference's updates, and returns the loss before each.
  package func train(_ model: Model) throws -> [Float] {
    guard let adapters = model.adapters else { return [] }
    let (activations, gradients) = (try activations(), try gradients())
    let optimizer = try Optimizer(
      model.configuration, training: .none, adapters: adapters.layout,
      settings: Optimizer.Settings(
        beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maximumGradientNorm: 1))
    return try losses.map { _ in
      try model.forward(tokens, into: activations)
      let loss = try model.backward(tokens, targets: targets, from: activations, into: gradients)
      let norm = Optimizer.norm(of: gradients, on: model.workers)
      optimizer.update(
        model.parameters, adapters: adapters, gradients: gradients, learningRate: 1e-2, gradientNorm: norm,
        on: model.workers)
      return loss
    }
  }

  /// The bits of the losses and of the adapters after the last update.
  package func trainedValues(threads: Int) throws -> [UInt32] {
    let model = try model(threads: threads)
    let losses = try train(model)
    return (losses + (model.adapters?.copy() ?? [])).map(\.bitPattern)
  }
}
