import Foundation
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2Lessons

/// The whole network's passes and training, beside plain double precision and beside PyTorch.
@Suite struct ConvNetTests {
  /// Odd images, maps that no tile is filled with, single images.
  @Test(arguments: [(14, 13, 3, 3), (11, 12, 2, 1)])
  func gradientsAreThoseOfFiniteDifferences(rows: Int, columns: Int, kernel: Int, batchSize: Int) throws {
    let digits = try SmallDigits(training: 8, test: 1, rows: rows, columns: columns)
    let images = try DigitImages(.training, in: digits.directory.path)
    let shape = try #require(
      ConvNetShape(rows: rows, columns: columns, maps: (2, 3), kernel: kernel, hidden: 4))
    let parameters = try ConvNetParameters(random: shape, seed: 9)
    let network = ConvNet(parameters, on: Workers(count: 2))
    let gradients = try parameters.zeros()
    let batch = try network.batch(of: batchSize)
    let indices = Array(2..<2 + batchSize)
    batch.fill(from: images, indices)
    network.forward(batch)
    let loss = network.backward(batch, targets: indices.map { Int32(images.labels[$0]) }, into: gradients)

    let start = parameters.copy.map(Double.init)
    let examples = images.plain(indices)
    #expect(abs(Double(loss) - PlainConvNet.loss(examples, shape, start)) < 1e-5)
    let expected = FiniteDifferences.gradient(at: start) { PlainConvNet.loss(examples, shape, $0) }
    for range in ranges(of: parameters) {
      let error = Closeness.error(of: Array(gradients.copy[range]), against: Array(expected[range]))
      #expect(error < 1e-5, "\(range)")
    }
  }

  /// What dev/reference/lessons/convnet.py writes: PyTorch's training in float64.
  private struct Trace: Decodable {
    let rows, columns, kernel, firstMaps, secondMaps, hidden, batchSize: Int
    let learningRate, weightDecay: Float
    let pixels, labels: [UInt8]
    let batches: [[Int]]
    let start, logits, gradients, losses, end: [Double]
  }

  @Test(arguments: 0..<2)
  func trainingFollowsPyTorch(index: Int) throws {
    let path = TestFiles.fixture("lessons/convnet.json")
    let traces = try JSONDecoder().decode([Trace].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let trace = traces[index]
    let images = try images(of: trace)
    let shape = try #require(
      ConvNetShape(
        rows: trace.rows, columns: trace.columns, maps: (trace.firstMaps, trace.secondMaps),
        kernel: trace.kernel, hidden: trace.hidden))
    let parameters = try ConvNetParameters(zeroed: shape)
    parameters.set(trace.start.map { Float($0) })
    let network = ConvNet(parameters, on: Workers(count: 2))

    let batch = try network.batch(of: trace.batchSize)
    batch.fill(from: images, trace.batches[0])
    network.forward(batch)
    #expect(Closeness.error(of: Array(batch.logits.flat), against: trace.logits) < 1e-5)
    let gradients = try parameters.zeros()
    _ = network.backward(
      batch, targets: trace.batches[0].map { Int32(images.labels[$0]) }, into: gradients)
    for range in ranges(of: parameters) {
      let error = Closeness.error(
        of: Array(gradients.copy[range]), against: Array(trace.gradients[range]))
      #expect(error < 1e-5, "\(range)")
    }

    let training = try DigitTraining(
      images,
      .init(
        epochs: trace.batches.count / (images.count / trace.batchSize), batchSize: trace.batchSize,
        learningRate: trace.learningRate, weightDecay: trace.weightDecay),
      teaching: network)
    for (step, indices) in trace.batches.enumerated() {
      #expect(abs(Double(training.update(with: indices)) - trace.losses[step]) < 1e-5, "step \(step)")
    }
    for range in ranges(of: parameters) {
      let error = Closeness.error(of: Array(parameters.copy[range]), against: Array(trace.end[range]))
      #expect(error < 1e-5, "\(range)")
    }
    // They went somewhere.
    #expect(Closeness.error(of: trace.start, against: trace.end) > 0.01)
  }

  private func images(of trace: Trace) throws -> DigitImages {
    let directory = try TemporaryDirectory()
    let dimensions = [trace.labels.count, trace.rows, trace.columns]
    _ = try directory.write(IDXBytes.make(dimensions, trace.pixels), to: "train-images-idx3-ubyte")
    _ = try directory.write(
      IDXBytes.make([trace.labels.count], trace.labels), to: "train-labels-idx1-ubyte")
    return try DigitImages(.training, in: directory.path)
  }

  /// Where each tensor lies.
  private func ranges(of parameters: ConvNetParameters) -> [Range<Int>] {
    var start = 0
    return parameters.tensors.map { tensor in
      defer { start += tensor.count }
      return start..<start + tensor.count
    }
  }
}
