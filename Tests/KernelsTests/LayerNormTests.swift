import GPT2Kernels
import TestSupport
import Testing

@Suite("LayerNorm") struct LayerNormTests {
  let workers = Workers(count: 2)

  static func reference(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    let channels = weight.count
    return stride(from: 0, to: x.count, by: channels).flatMap { start in
      let row = x[start..<start + channels]
      let mean = row.reduce(0, +) / Double(channels)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
      let factor = 1 / (variance + Double(LayerNorm.epsilon)).squareRoot()
      return zip(row, zip(weight, bias)).map { ($0 - mean) * factor * $1.0 + $1.1 }
    }
  }

  /// A layer norm's inputs, and room for its results.
  struct Case {
    let input, weight, bias, output, means, deviations: Buffer
    init(_ rows: Int, _ channels: Int) {
      input = Buffer(rows, channels, gap: 3, seed: 1, scale: 2)
      (weight, bias) = (Buffer(1, channels, seed: 2), Buffer(1, channels, seed: 3))
      output = Buffer(unset: rows, channels, gap: 1)
      (means, deviations) = (Buffer(unset: 1, rows), Buffer(unset: 1, rows))
    }

    func forward(on workers: Workers) {
      LayerNorm.forward(
        input.matrix, weight: weight.matrix, bias: bias.matrix, into: output.matrix, means: means.matrix,
        rstd: deviations.matrix, on: workers)
    }
  }

  @Test("Forward", arguments: oddSizes)
  func forward(channels: Int) {
    for rows in [1, 13, 33] {
      let layer = Case(rows, channels)
      layer.forward(on: workers)
      expectClose(
        layer.output.values, Self.reference(layer.input.doubles, layer.weight.doubles, layer.bias.doubles),
        within: 1e-5)
      #expect(layer.output.gapsAreIntact)
    }
  }

  @Test("A constant row becomes the bias")
  func constantRow() {
    let layer = Case(1, 17)
    for column in 0..<17 { layer.input.matrix[0][column] = 4 }
    layer.forward(on: workers)
    #expect(layer.output.values == layer.bias.values)
  }

  @Test("Gradients against finite differences", arguments: [(1, 7), (17, 13), (33, 17), (3, 65)])
  func backward(rows: Int, channels: Int) {
    let layer = Case(rows, channels)
    layer.forward(on: workers)
    let outputGradient = Buffer(rows, channels, gap: 2, seed: 5)
    let upstream = outputGradient.doubles
    func loss(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      zip(Self.reference(x, weight, bias), upstream).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (x, weight, bias) = (layer.input.doubles, layer.weight.doubles, layer.bias.doubles)
    // Each row's gradient depends on that row only, so that a difference need not evaluate the others.
    let dx = (0..<rows).flatMap { row in
      let range = row * channels..<(row + 1) * channels
      return FiniteDifferences.gradient(at: Array(x[range])) { point in
        zip(Self.reference(point, weight, bias), upstream[range]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    let dw = FiniteDifferences.gradient(at: weight) { loss(x, $0, bias) }
    let db = FiniteDifferences.gradient(at: bias) { loss(x, weight, $0) }

    let dxs = Buffer(unset: rows, channels, gap: 4)
    let (dws, dbs) = (Buffer(unset: 1, channels), Buffer(unset: 1, channels))
    for times in [1.0, 2.0] {
      LayerNorm.backward(
        outputGradient: outputGradient.matrix, input: layer.input.matrix, weight: layer.weight.matrix,
        means: layer.means.matrix, rstd: layer.deviations.matrix, addingTo: dxs.matrix,
        inputGradientAccumulating: times == 2, weightGradient: dws.matrix, biasGradient: dbs.matrix,
        accumulating: times == 2, on: workers)
      expectClose(dxs.values, dx.map { $0 * times }, within: 1e-5)
      expectClose(dws.values, dw.map { $0 * times }, within: 1e-5)
      expectClose(dbs.values, db.map { $0 * times }, within: 1e-5)
    }
    #expect(dxs.gapsAreIntact)
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let layer = Case(130, 200)
    let (dx, dw, db) = (Buffer(unset: 130, 200), Buffer(unset: 1, 200), Buffer(unset: 1, 200))
    expectSameBits {
      layer.forward(on: $0)
      LayerNorm.backward(
        outputGradient: layer.output.matrix, input: layer.input.matrix, weight: layer.weight.matrix,
        means: layer.means.matrix, rstd: layer.deviations.matrix, addingTo: dx.matrix,
        inputGradientAccumulating: false, weightGradient: dw.matrix, biasGradient: db.matrix,
        accumulating: false, on: $0)
      return layer.output.values + dx.values + dw.values + db.values
    }
  }
}
