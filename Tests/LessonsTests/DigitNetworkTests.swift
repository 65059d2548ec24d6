import Foundation
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2Lessons

/// The perceptron's passes, beside plain double precision and beside PyTorch.
@Suite struct DigitNetworkTests {
  private let images: DigitImages

  init() throws {
    let digits = try SmallDigits(training: 40)
    images = try DigitImages(.training, in: digits.directory.path)
  }

  @Test(arguments: [1, 2, 7, 17, 33])
  func gradientsAreThoseOfFiniteDifferences(hidden: Int) throws {
    let shape = DigitParameters.Shape(inputs: images.pixelsPerImage, hidden: hidden)
    let parameters = try DigitParameters(random: shape, seed: UInt32(hidden))
    let network = DigitNetwork(parameters, on: Workers(count: 2))
    let gradients = try DigitParameters(zeroed: shape)
    let indices = Array(3..<3 + 13)
    let batch = try DigitNetwork.Batch(indices.count, of: shape)
    batch.fill(from: images, indices)
    network.forward(batch)
    let loss = network.backward(batch, targets: indices.map { Int32(images.labels[$0]) }, into: gradients)

    let start = parameters.copy.map(Double.init)
    let examples = images.plain(indices)
    #expect(abs(Double(loss) - PlainDigits(shape, start).loss(examples)) < 1e-5)
    let expected = FiniteDifferences.gradient(at: start) { PlainDigits(shape, $0).loss(examples) }
    for (name, range) in ranges(of: shape) {
      let error = Closeness.error(
        of: Array(gradients.copy[range]), against: Array(expected[range]))
      #expect(error < 1e-5, "\(name)")
    }
  }

  @Test func theStartIsThatOfLinearLayers() throws {
    let shape = DigitParameters.Shape(inputs: 100, hidden: 50)
    let parameters = try DigitParameters(random: shape, seed: 3)
    for ((name, range), bound) in zip(
      ranges(of: shape), [0.1, 0.1, 1 / 50.0.squareRoot(), 1 / 50.0.squareRoot()])
    {
      let values = parameters.copy[range].map { abs(Double($0)) }
      #expect(values.allSatisfy { $0 <= bound * 1.000001 }, "\(name)")
      // Of uniform numbers the mean size is half the bound.
      #expect(abs(values.reduce(0, +) / Double(values.count) - bound / 2) < bound * 0.3, "\(name)")
    }
    #expect(try parameters.copy == DigitParameters(random: shape, seed: 3).copy)
    #expect(try parameters.copy != DigitParameters(random: shape, seed: 4).copy)
  }

  /// What dev/reference/lessons/mnist.py writes: PyTorch's training in float64.
  private struct Trace: Decodable {
    let rows, columns, hidden, epochs, batchSize: Int
    let learningRate, weightDecay: Float
    let pixels, labels: [UInt8]
    let batches: [[Int]]
    let start, gradients, losses, end: [Double]
  }

  @Test func trainingFollowsPyTorch() throws {
    let path = TestFiles.fixture("lessons/mnist.json")
    let trace = try JSONDecoder().decode(Trace.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let directory = try TemporaryDirectory()
    let dimensions = [trace.labels.count, trace.rows, trace.columns]
    for (name, bytes) in [
      ("images-idx3", IDXBytes.make(dimensions, trace.pixels)),
      ("labels-idx1", IDXBytes.make([trace.labels.count], trace.labels)),
    ] {
      _ = try directory.write(bytes, to: "train-\(name)-ubyte")
    }
    let images = try DigitImages(.training, in: directory.path)
    let shape = DigitParameters.Shape(inputs: images.pixelsPerImage, hidden: trace.hidden)
    let parameters = try DigitParameters(zeroed: shape)
    parameters.set(trace.start.map { Float($0) })
    let training = try DigitTraining(
      images,
      .init(
        hidden: trace.hidden, epochs: trace.epochs, batchSize: trace.batchSize,
        learningRate: trace.learningRate, weightDecay: trace.weightDecay),
      teaching: DigitNetwork(parameters, on: Workers(count: 2)))
    #expect(training.steps == trace.batches.count && trace.batches.count > 10)
    for (step, indices) in trace.batches.enumerated() {
      #expect(abs(Double(training.update(with: indices)) - trace.losses[step]) < 1e-5, "step \(step)")
    }
    for (name, range) in ranges(of: shape) {
      let error = Closeness.error(
        of: Array(parameters.copy[range]), against: Array(trace.end[range]))
      #expect(error < 1e-5, "\(name)")
    }
    // They went somewhere.
    #expect(Closeness.error(of: trace.start, against: trace.end) > 0.1)
  }

  private func ranges(of shape: DigitParameters.Shape) -> [(String, Range<Int>)] {
    var start = 0
    return zip(
      ["W1", "b1", "W2", "b2"],
      [shape.hidden * shape.inputs, shape.hidden, shape.classes * shape.hidden, shape.classes]
    ).map { name, count in
      defer { start += count }
      return (name, start..<start + count)
    }
  }
}
