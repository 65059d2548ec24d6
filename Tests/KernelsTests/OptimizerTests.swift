import Foundation
import GPT2Kernels
import TestSupport
import Testing

@Suite("AdamW") struct AdamWTests {
  /// The formula step by step, in double precision.
  static func reference(
    _ p: inout [Double], _ m: inout [Double], _ v: inout [Double], _ gradient: [Double], _ step: AdamWStep
  ) {
    let (beta1, beta2) = (Double(step.beta1), Double(step.beta2))
    for i in p.indices {
      let g = gradient[i] * Double(step.gradientScale)
      m[i] = beta1 * m[i] + (1 - beta1) * g
      v[i] = beta2 * v[i] + (1 - beta2) * g * g
      let mean = m[i] / (1 - pow(beta1, Double(step.step)))
      let variance = v[i] / (1 - pow(beta2, Double(step.step)))
      let direction = mean / (variance.squareRoot() + Double(step.epsilon)) + Double(step.weightDecay) * p[i]
      p[i] -= Double(step.learningRate) * direction
    }
  }

  @Test("Five steps", arguments: oddSizes)
  func steps(count: Int) {
    let parameters = Buffer(1, count, seed: 1)
    let zeros = [Float](repeating: 0, count: count)
    let (first, second) = (Buffer(1, count, zeros), Buffer(1, count, zeros))
    var (p, m, v) = (parameters.doubles, first.doubles, second.doubles)
    for step in 1...5 {
      let gradients = Buffer(1, count, seed: UInt64(step), scale: 0.1)
      let settings = AdamWStep(
        learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, gradientScale: 0.5,
        step: step)
      AdamW.update(
        parameters: parameters.flat, gradients: gradients.flat, firstMoments: first.flat,
        secondMoments: second.flat, settings: settings, on: Workers(count: 2))
      Self.reference(&p, &m, &v, gradients.doubles, settings)
    }
    expectClose(parameters.values, p)
    expectClose(first.values, m)
    expectClose(second.values, v)
  }

  @Test("No gradient yet: only the decay, and no NaN")
  func zeroGradient() {
    let (p, zero) = (Buffer(1, 3, [1, -2, 4]), [Float](repeating: 0, count: 3))
    let (g, m, v) = (Buffer(1, 3, zero), Buffer(1, 3, zero), Buffer(1, 3, zero))
    AdamW.update(
      parameters: p.flat, gradients: g.flat, firstMoments: m.flat, secondMoments: v.flat,
      settings: AdamWStep(learningRate: 0.5, weightDecay: 0.5, step: 1), on: Workers(count: 1))
    #expect(p.values == [0.75, -1.5, 3])
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let count = 140_001
    let gradients = Buffer(1, count, seed: 2)
    expectSameBits { workers in
      let (p, m) = (Buffer(1, count, seed: 1), Buffer(1, count, [Float](repeating: 0, count: count)))
      let v = Buffer(1, count, [Float](repeating: 0, count: count))
      AdamW.update(
        parameters: p.flat, gradients: gradients.flat, firstMoments: m.flat, secondMoments: v.flat,
        settings: AdamWStep(learningRate: 1e-3, step: 1), on: workers)
      return p.values + m.values + v.values
    }
  }
}

@Suite("Gradient norm and finiteness") struct WholeBufferTests {
  @Test("The sum of squares", arguments: [0, 1, 17, 2049, 140_001])
  func sumOfSquares(count: Int) {
    let values = Buffer(1, count, seed: 1)
    let expected = values.doubles.reduce(0) { $0 + $1 * $1 }
    let sums = [1, 2, 5].map { GradientNorm.sumOfSquares(values.flat, on: Workers(count: $0)) }
    #expect(abs(sums[0] - expected) <= 1e-6 * expected)
    #expect(sums.allSatisfy { $0.bitPattern == sums[0].bitPattern })
  }

  @Test("The first value that is not finite", arguments: [0, 15, 16, 100_000, 131_071, 131_072, 140_000])
  func firstNonFinite(index: Int) {
    let values = Buffer(1, 140_001, [Float](repeating: .greatestFiniteMagnitude, count: 140_001))
    let workers = Workers(count: 2)
    #expect(FiniteCheck.firstNonFinite(in: values.flat, on: workers) == nil)
    values.flat[140_000] = .nan
    values.flat[index] = -.infinity
    #expect(FiniteCheck.firstNonFinite(in: values.flat, on: workers) == index)
    values.flat[index] = .nan
    #expect(FiniteCheck.firstNonFinite(in: values.flat, on: workers) == index)
  }

  @Test("Sums of columns", arguments: [(1, 1), (7, 17), (65, 300), (0, 5)])
  func columnSums(rows: Int, columns: Int) {
    let values = Buffer(rows, columns, gap: 3, seed: 1)
    let sums = Buffer(unset: 1, columns)
    let expected = (0..<columns).map { c in (0..<rows).reduce(0.0) { $0 + Double(values.matrix[$1][c]) } }
    for times in [1.0, 2.0] {
      ColumnSums.sum(values.matrix, into: sums.matrix, accumulating: times == 2, on: Workers(count: 2))
      expectClose(sums.values, expected.map { $0 * times })
    }
  }
}
