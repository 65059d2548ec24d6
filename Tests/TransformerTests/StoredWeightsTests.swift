import GPT2Kernels
import GPT2ModelFiles
import GPT2RandomNumbers
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2Transformer

/// Adapters over weights as they are stored are adapters over the same weights in fp32, whose losses and gradients are
/// held against PyTorch elsewhere; what each format's values are is held against ggml's package.
@Suite struct StoredWeightsTests {
  /// The table is wider than what is widened at a time, and no whole number of it.
  private static let configuration = Result {
    try Configuration(maximumSequenceLength: 19, vocabularySize: 301, layers: 2, heads: 2, channels: 32)
  }
  private static let formats: [WeightFormat] = [.fp16, .bf16, .q8_0, .q4_0]

  private let workers = Workers(count: 2)
  private let weights: Parameters
  private let layout: AdapterLayout

  init() throws {
    let configuration = try Self.configuration.get()
    weights = try Parameters(random: configuration, seed: 7)
    // Larger than at the beginning of a training, so that gradients are.
    for index in weights.values.indices { weights.values[index] *= 3 }
    layout = try AdapterLayout(configuration, rank: 3, alpha: 6, targets: AdapterLayout.possibleTargets)
  }

  /// Neither factor zero.
  private func adapters() throws -> LowRankAdapters {
    let adapters = try LowRankAdapters(random: layout, seed: 5)
    var generator = MersenneTwister(seed: 11)
    for index in adapters.values.indices {
      adapters.values[index] += (Float(generator.nextUInt32()) / Float(UInt32.max) - 0.5) * 0.1
    }
    return adapters
  }

  private func models(_ format: WeightFormat, _ precision: Precision) throws -> (stored: Model, plain: Model)
  {
    let encoded = try Weights(weights).encoded(as: format, on: workers)
    return (
      Model(try StoredWeights(encoded), adapters: try adapters(), precision: precision, on: workers),
      Model(try Parameters(encoded), adapters: try adapters(), precision: precision, on: workers)
    )
  }

  private static func tokens(_ count: Int, seed: UInt32) -> [Int32] {
    var generator = MersenneTwister(seed: seed)
    return (0..<count).map { _ in Int32(generator.nextUInt32() % 301) }
  }

  @Test(arguments: formats, [Precision.fp32, .bf16])
  func lossesAndGradientsAreThoseOverFP32(format: WeightFormat, precision: Precision) throws {
    let models = try models(format, precision)
    let (tokens, targets) = (Self.tokens(3 * 17, seed: 1), Self.tokens(3 * 17, seed: 2))
    func run(_ model: Model) throws -> (losses: [Float], gradients: [Float]) {
      let activations = try Activations(
        model.configuration, batchSize: 3, sequenceLength: 17, keepingForBackward: true)
      let gradients = try Parameters(zeroed: model.configuration, holding: .none, adapters: layout)
      try model.forward(tokens, into: activations)
      let loss = try model.loss(targets: targets, from: activations)
      let same = try model.backward(tokens, targets: targets, from: activations, into: gradients)
      return ([loss, same], gradients.copy())
    }
    let (stored, plain) = (try run(models.stored), try run(models.plain))
    expectEqual(stored.losses, plain.losses)
    // The classifier's part of the gradient is summed in bands of tokens.
    let largest = plain.gradients.map(abs).max() ?? 0
    #expect(largest > 1e-4)
    let bound = largest * (precision == .fp32 ? 1e-5 : 1e-2)
    #expect(zip(stored.gradients, plain.gradients).allSatisfy { abs($0 - $1) <= bound })
  }

  @Test(arguments: formats)
  func theChecksumIsThatOfTheParameters(format: WeightFormat) throws {
    let models = try models(format, .fp32)
    #expect(models.stored.checksum == models.plain.checksum)
    let other = try Weights(weights).encoded(as: format == .q8_0 ? .fp16 : .q8_0, on: workers)
    #expect(try StoredWeights(other).checksum(on: workers) != models.plain.checksum)
  }

  /// More values than are summed up at a time.
  @Test func theChecksumOfLargeWeights() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 64, vocabularySize: 1300, layers: 3, heads: 2, channels: 128)
    let encoded = try Weights(try Parameters(random: configuration, seed: 3)).encoded(as: .q8_0, on: workers)
    let parameters = try Parameters(encoded)
    let expected = withExtendedLifetime(parameters) { Checksum.of(parameters.values, on: workers) }
    #expect(try StoredWeights(encoded).checksum(on: workers) == expected)
  }

  @Test(arguments: formats)
  func mergedWeightsAreTheSame(format: WeightFormat) throws {
    let models = try models(format, .fp32)
    let (stored, plain) = (try Weights(of: models.stored), try Weights(of: models.plain))
    #expect(try Parameters(stored).copy() == Parameters(plain).copy())
    // What has no adapters stays as it is stored.
    #expect(stored[.wte].format == format)
    #expect(stored[.qkvw, 1].format == .fp32)
  }

  /// fp32 weights where they lie in a file take the same way, to the bits that they have as parameters.
  @Test func fp32WeightsGiveTheLossesAndLogitsOfParameters() throws {
    let models = try models(.fp32, .fp32)
    let tokens = Self.tokens(3 * 17, seed: 1)
    func logits(_ model: Model) throws -> [Float] {
      let activations = try Activations(
        model.configuration, batchSize: 3, sequenceLength: 17, keepingForBackward: false)
      try model.forward(tokens, into: activations)
      var logits: [Float] = []
      model.forEachLogitsRow(of: activations) { _, row in logits += row[..<301] }
      return logits + [try model.loss(targets: tokens, from: activations)]
    }
    expectEqual(try logits(models.stored), try logits(models.plain))
  }

  /// To the bit; but OpenBLAS sums in another order where there are other columns beside.
  private func expectEqual(
    _ stored: [Float], _ plain: [Float], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(stored.count == plain.count, sourceLocation: sourceLocation)
    let same = zip(stored, plain).allSatisfy { stored, plain in
      workers.kernels.name == .openBLAS ? abs(stored - plain) < 1e-5 : stored.bitPattern == plain.bitPattern
    }
    #expect(same, sourceLocation: sourceLocation)
  }

  @Test(arguments: formats)
  func theBytesOfARoundedModelAreCountedBefore(format: WeightFormat) throws {
    let plain = Weights(weights)
    let rounded = try plain.encoded(as: format, on: workers)
    let counted = try plain.byteCount(encodedAs: format)
    // Each matrix begins on a cache line.
    #expect(counted >= rounded.byteCount && counted < rounded.byteCount + 64 * 9)
    #expect(throws: WeightFormatError.notEncodable(.q6_K)) { try plain.byteCount(encodedAs: .q6_K) }
  }

  @Test func whatIsWidenedIsLittle() throws {
    let stored = try StoredWeights(try Weights(weights).encoded(as: .q4_0, on: workers))
    let bytes = try #require(StoredWeights.byteCount(Self.configuration.get()))
    #expect(bytes == 4 * (stored.parameters.values.count + 4 * 32 * 32))
    #expect(stored.parameters.present.tensors.allSatisfy { !$0.isMultiplied })
  }
}
