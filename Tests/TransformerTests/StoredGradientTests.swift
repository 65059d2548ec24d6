import GPT2Kernels
import TestSupport
import Testing
import GPT2WeightFormats

@testable import GPT2Transformer

/// The gradient by a linear layer's input, through weights in each format of ggml's, against sums in double precision over
/// what ggml's package makes of the blocks.
@Suite struct StoredGradientTests {
  private static let workers = Workers(count: 3)
  private static let matrices: [ParameterTensor] = [.qkvw, .attprojw, .fcw, .fcprojw]

  /// A model whose matrices hold the format's ordinary blocks, one after the other; 256 channels are whole blocks of any.
  private struct Blocks {
    let stored: StoredWeights
    private let values: [[Float]]
    private let ordinary = QuantisedBlocks.awkward..<QuantisedBlocks.count

    init(_ format: WeightFormat) throws {
      let configuration = try Configuration(
        maximumSequenceLength: 8, vocabularySize: 11, layers: 1, heads: 2, channels: 256)
      let blocks = try QuantisedBlocks(format)
      values = blocks.values
      // The largest matrix, of which the others are the beginning.
      let (rows, columns) = ParameterTensor.fcw.shape(in: configuration)
      let bytes = try #require(format.byteCount(rows * columns))
      let matrix = try FloatBuffer(zeroed: bytes / 4 + 1)
      let vectors = try Parameters.random(configuration, seed: 4)
      let start = UnsafeMutableRawPointer(try #require(matrix.values.baseAddress))
      for block in 0..<bytes / format.blockBytes {
        let place = UnsafeMutableRawBufferPointer(
          start: start + block * format.blockBytes, count: format.blockBytes)
        place.copyBytes(from: blocks.bytes[ordinary.lowerBound + block % ordinary.count])
      }
      let weights = Weights(configuration, storage: [matrix, vectors]) { tensor, layer in
        let (rows, columns) = tensor.shape(in: configuration)
        guard !tensor.isMultiplied else { return EncodedMatrix(format, start, rows: rows, columns: columns) }
        return EncodedMatrix(.fp32, vectors[tensor, layer].base, rows: rows, columns: columns)
      }
      stored = try StoredWeights(weights)
    }

    func value(_ index: Int) -> Double {
      let size = values[0].count
      return Double(values[ordinary.lowerBound + index / size % ordinary.count][index % size])
    }
  }

  /// Some rows of random values.
  private static func rows(_ count: Int, columns: Int, seed: UInt64) throws -> FloatBuffer {
    let buffer = try FloatBuffer(zeroed: count * columns)
    var random = SeededRandom(seed: seed)
    for index in buffer.values.indices { buffer.values[index] = Float.random(in: -1...1, using: &random) }
    return buffer
  }

  private static func matrix(_ buffer: FloatBuffer, columns: Int) throws -> Matrix {
    Matrix(try #require(buffer.values.baseAddress), rows: buffer.values.count / columns, columns: columns)
  }

  @Test(arguments: QuantisedBlocks.formats)
  func aLayersInputGradientIsTheSumOverTheDecodedWeight(format: WeightFormat) throws {
    let blocks = try Blocks(format)
    let configuration = blocks.stored.weights.configuration
    for tensor in Self.matrices {
      let (outputs, inputs) = tensor.shape(in: configuration)
      let (dy, dx) = (try Self.rows(3, columns: outputs, seed: 5), try FloatBuffer(zeroed: 3 * inputs))
      // The input only counts for a gradient that is not asked for.
      let target = try Self.matrix(dx, columns: inputs)
      Linear.backward(
        outputGradient: try Self.matrix(dy, columns: outputs), input: target,
        weight: blocks.stored.matrix(tensor, 0, on: Self.workers), inputGradient: target,
        weightGradient: nil, biasGradient: nil, accumulating: false, on: Self.workers)
      var expected = [Double](repeating: 0, count: 3 * inputs)
      for output in 0..<outputs {
        for input in stride(from: 0, to: inputs, by: 17) {
          let weight = blocks.value(output * inputs + input)
          for row in 0..<3 {
            expected[row * inputs + input] += Double(dy.values[row * outputs + output]) * weight
          }
        }
      }
      let checked = expected.indices.filter { $0 % inputs % 17 == 0 }
      let error = Closeness.error(of: checked.map { dx.values[$0] }, against: checked.map { expected[$0] })
      #expect(error < 1e-5, "\(tensor)")
    }
    withExtendedLifetime(blocks.stored) {}
  }

  /// Σ dy·(x·Wᵀ) with the token table for W, by central differences in double precision.
  @Test(arguments: QuantisedBlocks.formats)
  func theClassifiersInputGradientEqualsFiniteDifferences(format: WeightFormat) throws {
    let blocks = try Blocks(format)
    let (tokens, channels) = (11, 256)
    let (dy, dx) = (try Self.rows(1, columns: tokens, seed: 6), try FloatBuffer(zeroed: channels))
    let target = try Self.matrix(dx, columns: channels)
    let gradient = try Self.matrix(dy, columns: tokens)
    blocks.stored.forEachBandOfTable(on: Self.workers) { band, table in
      Linear.backward(
        outputGradient: gradient.columns(band), input: target, weight: table, inputGradient: target,
        addingToInputGradient: band.lowerBound > 0, weightGradient: nil, biasGradient: nil,
        accumulating: false, on: Self.workers)
    }
    let weight = (0..<tokens * channels).map(blocks.value)
    let size = weight.map(abs).max() ?? 1
    let expected = FiniteDifferences.gradient(at: [Double](repeating: 0.5, count: channels)) { x in
      var sum = 0.0
      for token in 0..<tokens {
        for column in 0..<channels {
          sum += Double(dy.values[token]) * x[column] * weight[token * channels + column] / size
        }
      }
      return sum
    }
    #expect(Closeness.error(of: Array(dx.values), against: expected.map { $0 * size }) < 1e-5)
    withExtendedLifetime(blocks.stored) {}
  }
}
