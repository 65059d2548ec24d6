import GPT2Kernels
import TestSupport
import Testing

@Suite("Low-rank adapters") struct LowRankTests {
  let workers = Workers(count: 2)
  private static let scale: Float = 1.75

  @Test("Forward, with and without residual", arguments: [(1, 1, 1, 1), (7, 13, 17, 3), (65, 33, 7, 16)])
  func forward(rows: Int, inputs: Int, outputs: Int, rank: Int) {
    let layer = Layer(rows, inputs, outputs, rank)
    let residual = Buffer(rows, outputs, gap: 1, seed: 4)
    let expected = layer.product(x: layer.input.doubles, a: layer.a.doubles, b: layer.b.doubles)
    for hasResidual in [false, true] {
      let output = Buffer(unset: rows, outputs, gap: 2)
      LowRank.forward(
        layer.input.matrix, factors: layer.factors, scale: Self.scale,
        residual: hasResidual ? residual.matrix : nil, into: output.matrix, on: workers)
      expectClose(output.values, zip(expected, residual.doubles).map { $0 + (hasResidual ? $1 : 0) })
      #expect(output.gapsAreIntact)
    }
  }

  /// The plain product of the test is differentiated numerically, so no formula is shared.
  @Test("Backward is the gradient", arguments: [(1, 1, 1, 1), (5, 3, 7, 2), (4, 9, 2, 3)])
  func backward(rows: Int, inputs: Int, outputs: Int, rank: Int) {
    let layer = Layer(rows, inputs, outputs, rank)
    let (x, a, b) = (layer.input.doubles, layer.a.doubles, layer.b.doubles)
    let dy = layer.outputGradient.doubles
    func loss(_ output: [Double]) -> Double { zip(output, dy).reduce(0) { $0 + $1.0 * $1.1 } }
    let dx = FiniteDifferences.gradient(at: x) { loss(layer.product(x: $0, a: a, b: b)) }
    let da = FiniteDifferences.gradient(at: a) { loss(layer.product(x: x, a: $0, b: b)) }
    let db = FiniteDifferences.gradient(at: b) { loss(layer.product(x: x, a: a, b: $0)) }

    let found = Gradients(layer)
    for times in [1.0, 2.0] {
      found.run(layer, accumulating: times == 2, .fp32, workers)
      expectClose(found.input.values, dx)
      expectClose(found.a.values, da.map { $0 * times })
      expectClose(found.b.values, db.map { $0 * times })
    }
  }

  @Test("Each optional gradient alone has the bits it has beside the others")
  func backwardWithout() {
    let layer = Layer(19, 21, 23, 5)
    let (all, input, factors) = (Gradients(layer), Gradients(layer), Gradients(layer))
    all.run(layer, accumulating: false, .fp32, workers)
    input.run(layer, accumulating: false, .fp32, workers, hasFactors: false)
    factors.run(layer, accumulating: false, .fp32, workers, hasInput: false)
    #expect(input.input.values == all.input.values && input.a.values.allSatisfy(\.isNaN))
    #expect(factors.a.values == all.a.values && factors.b.values == all.b.values)
    #expect(factors.input.values.allSatisfy { $0.isNaN })
  }

  /// 2⁻⁸ of a product's size is what rounding both inputs to bf16 may cost; twice that for two products.
  @Test("In bf16 within its rounding")
  func bfloat16() {
    let layer = Layer(33, 40, 50, 8)
    let (exact, rounded) = (Gradients(layer), Gradients(layer))
    exact.run(layer, accumulating: false, .fp32, workers)
    rounded.run(layer, accumulating: false, .bf16, workers)
    for path in [\Gradients.input, \.a, \.b] {
      let error = Closeness.error(of: rounded[keyPath: path].values, against: exact[keyPath: path].doubles)
      #expect(error > 0 && error < 0x1p-7)
    }
  }

  @Test("Merging adds the product of the factors")
  func merge() {
    let layer = Layer(1, 13, 17, 3)
    let weight = Buffer(17, 13, seed: 9)
    let target = Buffer(unset: 17, 13)
    // Of unit vectors the layer's product is the change of the weight, transposed.
    let unit: [Double] = (0..<13 * 13).map { $0 / 13 == $0 % 13 ? 1 : 0 }
    let change = layer.product(x: unit, a: layer.a.doubles, b: layer.b.doubles)
    let before = weight.doubles
    let expected: [Double] = (0..<17 * 13).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: 13)
      return before[index] + change[column * 17 + row]
    }
    LowRank.merge(
      layer.factors, scale: Self.scale, with: weight.matrix, into: target.matrix, on: workers)
    expectClose(target.values, expected)
    LowRank.merge(
      layer.factors, scale: Self.scale, with: weight.matrix, into: weight.matrix, on: workers)
    #expect(weight.values == target.values)
  }

  @Test("The same bits on any number of threads", arguments: Precision.allCases)
  func sameBits(precision: Precision) {
    let layer = Layer(300, 200, 517, 8)
    let (output, gradients) = (Buffer(unset: 300, 517), Gradients(layer))
    expectSameBits {
      LowRank.forward(
        layer.input.matrix, factors: layer.factors, scale: Self.scale, residual: nil, into: output.matrix,
        precision: precision, on: $0)
      gradients.run(layer, accumulating: false, precision, $0)
      return output.values + gradients.input.values + gradients.a.values + gradients.b.values
    }
  }

  /// Inputs, factors, and the gradient of the output.
  private struct Layer {
    let input, a, b, outputGradient: Buffer

    init(_ rows: Int, _ inputs: Int, _ outputs: Int, _ rank: Int) {
      input = Buffer(rows, inputs, gap: 3, seed: 1)
      a = Buffer(rank, inputs, seed: 2)
      b = Buffer(outputs, rank, seed: 3)
      outputGradient = Buffer(rows, outputs, gap: 2, seed: 4)
    }

    var factors: LowRankFactors { LowRankFactors(a: a.matrix, b: b.matrix) }

    /// scale · x · Aᵀ · Bᵀ for rows x, in double precision.
    func product(x: [Double], a: [Double], b: [Double]) -> [Double] {
      let (inputs, rank, outputs) = (self.a.matrix.columns, self.a.matrix.rows, self.b.matrix.rows)
      return (0..<x.count / inputs).flatMap { row in
        let reduced = (0..<rank).map { r in
          (0..<inputs).reduce(0) { $0 + x[row * inputs + $1] * a[r * inputs + $1] }
        }
        return (0..<outputs).map { o in
          Double(scale) * (0..<rank).reduce(0) { $0 + reduced[$1] * b[o * rank + $1] }
        }
      }
    }
  }

  private struct Gradients {
    let input, a, b: Buffer

    init(_ layer: Layer) {
      func unset(_ buffer: Buffer) -> Buffer { Buffer(unset: buffer.matrix.rows, buffer.matrix.columns) }
      (input, a, b) = (unset(layer.input), unset(layer.a), unset(layer.b))
    }

    func run(
      _ layer: Layer, accumulating: Bool, _ precision: Precision, _ workers: Workers, hasInput: Bool = true,
      hasFactors: Bool = true
    ) {
      LowRank.backward(
        outputGradient: layer.outputGradient.matrix, input: layer.input.matrix, factors: layer.factors,
        scale: scale, inputGradient: hasInput ? input.matrix : nil,
        factorGradients: hasFactors ? LowRankFactors(a: a.matrix, b: b.matrix) : nil,
        accumulating: accumulating, precision: precision, on: workers)
    }
  }
}
