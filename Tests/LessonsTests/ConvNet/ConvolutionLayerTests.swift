import GPT2Kernels
import GPT2Transformer
import TestSupport
import Testing

@testable import GPT2Lessons

/// Convolution, pooling and ReLU of one layer, forward and backward, beside plain double precision.
@Suite struct ConvolutionLayerTests {
  /// Sizes of a layer, and of a batch.
  struct Case: CustomTestStringConvertible {
    var batch, channels, rows, columns, maps, kernel: Int
    var testDescription: String { "\(batch) × \(channels) × \(rows) × \(columns), \(maps) of \(kernel)" }
  }

  private static let cases = [
    Case(batch: 1, channels: 1, rows: 2, columns: 2, maps: 1, kernel: 1),
    Case(batch: 1, channels: 3, rows: 7, columns: 9, maps: 2, kernel: 3),
    Case(batch: 2, channels: 3, rows: 8, columns: 7, maps: 7, kernel: 5),
    Case(batch: 3, channels: 2, rows: 5, columns: 6, maps: 3, kernel: 2),
    Case(batch: 5, channels: 1, rows: 6, columns: 11, maps: 13, kernel: 5),
    Case(batch: 2, channels: 2, rows: 4, columns: 5, maps: 2, kernel: 3),
  ]

  /// A layer with random numbers, and room for its passes.
  private struct Example {
    let layer: ConvolutionLayer
    let input: Matrix
    let memory: ConvolutionLayer.Memory
    let inputGradient: Matrix
    let weightGradient: Matrix
    let biasGradient: Matrix
    private let buffer: FloatBuffer

    init(_ sizes: Case) throws {
      let shape = try #require(
        ConvolutionShape(
          channels: sizes.channels, rows: sizes.rows, columns: sizes.columns, maps: sizes.maps,
          kernel: sizes.kernel))
      let parameters: [(rows: Int, columns: Int)] = [(shape.maps, shape.patch), (1, shape.maps)]
      let input = (rows: sizes.batch, columns: shape.inputs)
      let shapes: [(rows: Int, columns: Int)] =
        parameters + parameters + [input, input] + ConvolutionLayer.Memory.shapes(sizes.batch, of: shape)
      buffer = try FloatBuffer(zeroed: shapes.reduce(0) { $0 + $1.rows * $1.columns })
      var random = SeededRandom(seed: 3)
      for index in buffer.values.indices { buffer.values[index] = Float.random(in: -1...1, using: &random) }
      let matrices = buffer.matrices(shapes)
      layer = ConvolutionLayer(shape: shape, weight: matrices[0], bias: matrices[1])
      (weightGradient, biasGradient) = (matrices[2], matrices[3])
      (self.input, inputGradient) = (matrices[4], matrices[5])
      memory = ConvolutionLayer.Memory(matrices[6...])
    }

    /// What plain arithmetic gives for all images, one after another.
    func plain(_ input: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
      stride(from: 0, to: input.count, by: layer.shape.inputs).flatMap {
        PlainConvNet.layer(Array(input[$0..<$0 + layer.shape.inputs]), weight, bias, layer.shape)
      }
    }
  }

  @Test(arguments: cases)
  func isThatOfPlainArithmetic(sizes: Case) throws {
    let example = try Example(sizes)
    let (layer, memory) = (example.layer, example.memory)
    let workers = Workers(count: 2)
    let given = [example.input, layer.weight, layer.bias].map { $0.flat.map(Double.init) }
    layer.forward(example.input, memory, on: workers)
    let output = example.plain(given[0], given[1], given[2])
    #expect(Closeness.error(of: Array(memory.output.flat), against: output) < 1e-5)
    #expect(output.contains(0) || sizes.batch == 1, "ReLU has nothing to do")

    // The gradients of a random weighted sum of the outputs.
    let factors = memory.outputGradient.flat.map(Double.init)
    func sum(_ output: [Double]) -> Double { zip(output, factors).reduce(0) { $0 + $1.0 * $1.1 } }
    layer.backward(
      memory, inputGradient: example.inputGradient, weightGradient: example.weightGradient,
      biasGradient: example.biasGradient, on: workers)
    let expected = [
      FiniteDifferences.gradient(at: given[0]) { sum(example.plain($0, given[1], given[2])) },
      FiniteDifferences.gradient(at: given[1]) { sum(example.plain(given[0], $0, given[2])) },
      FiniteDifferences.gradient(at: given[2]) { sum(example.plain(given[0], given[1], $0)) },
    ]
    let found = [example.inputGradient, example.weightGradient, example.biasGradient]
    for (found, expected) in zip(found, expected) {
      #expect(Closeness.error(of: Array(found.flat), against: expected) < 1e-5)
    }
  }

  /// The example of the page convnet.md.
  @Test func thePencilsExample() throws {
    let shape = try #require(ConvolutionShape(channels: 1, rows: 3, columns: 3, maps: 1, kernel: 2))
    let buffer = try FloatBuffer(zeroed: 9 + 4 + 16 + 4)
    let matrices = buffer.matrices([(1, 9), (1, 4), (4, 4), (1, 4)])
    let (image, kernel, patches, maps) = (matrices[0], matrices[1], matrices[2], matrices[3])
    _ = image.flat.update(from: [1, 2, 0, 0, 1, 0, 3, 1, 2] as [Float])
    _ = kernel.flat.update(from: [1, 0, 0, 1] as [Float])
    let workers = Workers(count: 1)
    func multiply(_ a: Matrix, transposed: Bool = false, _ b: Matrix, into c: Matrix, flipped: Bool = false) {
      Matmul.multiply(
        a, transposed: transposed, b, transposed: flipped, into: c, accumulating: false, on: workers)
    }
    Patches.gather(image, shape, into: patches, on: workers)
    multiply(kernel, patches, into: maps)
    #expect(Array(maps.flat) == [2, 2, 1, 3])

    _ = maps.flat.update(from: [0, 0, 0, 1] as [Float])
    let weight = Array(kernel.flat)
    multiply(maps, patches, into: kernel, flipped: true)
    #expect(Array(kernel.flat) == [1, 0, 1, 2])
    _ = kernel.flat.update(from: weight)
    multiply(kernel, transposed: true, maps, into: patches)
    Patches.scatter(patches, shape, into: image, on: workers)
    #expect(Array(image.flat) == [0, 0, 0, 0, 1, 0, 0, 0, 1])
  }

  /// Of equal values the first in reading order gets all of the gradient: as in PyTorch, and not four times.
  @Test func ofEqualsTheFirstIsKept() throws {
    let example = try Example(Case(batch: 1, channels: 1, rows: 5, columns: 4, maps: 1, kernel: 1))
    example.input.flat.update(repeating: 1)
    example.layer.weight.flat.update(repeating: 2)
    example.layer.bias.flat.update(repeating: 0)
    let workers = Workers(count: 1)
    example.layer.forward(example.input, example.memory, on: workers)
    _ = example.memory.outputGradient.flat.update(from: [1, 2, 3, 4] as [Float])
    example.layer.backward(
      example.memory, inputGradient: example.inputGradient, weightGradient: example.weightGradient,
      biasGradient: example.biasGradient, on: workers)
    #expect(
      Array(example.inputGradient.flat) == [
        2, 0, 4, 0, 0, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      ])
    #expect(example.biasGradient[0][0] == 10)
  }

  @Test func imagesThatLeaveNothingAreNone() {
    #expect(ConvolutionShape(channels: 1, rows: 5, columns: 9, maps: 1, kernel: 5) == nil)
    #expect(ConvolutionShape(channels: 1, rows: 6, columns: 6, maps: 1, kernel: 5)?.outputs == 1)
    for kernel in 1...7 {
      let side = ConvNetShape.leastSide(kernel: kernel)
      #expect(ConvNetShape(rows: side, columns: side, maps: (1, 1), kernel: kernel, hidden: 1) != nil)
      #expect(ConvNetShape(rows: side - 1, columns: side, maps: (1, 1), kernel: kernel, hidden: 1) == nil)
      #expect(ConvNetShape(rows: side, columns: side - 1, maps: (1, 1), kernel: kernel, hidden: 1) == nil)
    }
  }
}
