import Foundation
import TestSupport
import Testing

@testable import GPT2Kernels

@Suite("Attention") struct AttentionTests {
  /// One call's sizes, and a naive forward and backward pass over them in double precision.
  struct Shape: CustomTestStringConvertible, Sendable {
    let batch, length, heads, size: Int
    var channels: Int { heads * size }
    var rows: Int { batch * length }
    var sequences: Sequences { Sequences(batchSize: batch, sequenceLength: length) }
    var testDescription: String { "B \(batch), T \(length), NH \(heads), head size \(size)" }

    /// The index in (B·T, parts·C) of a head's channel.
    func at(_ b: Int, _ t: Int, _ head: Int, _ i: Int, part: Int = 0, of parts: Int = 1) -> Int {
      (b * length + t) * parts * channels + part * channels + head * size + i
    }

    func probabilities(_ qkv: [Double], _ b: Int, _ head: Int, _ t: Int) -> (values: [Double], lse: Double) {
      let scores = (0...t).map { key in
        (0..<size).reduce(0.0) {
          $0 + qkv[at(b, t, head, $1, part: 0, of: 3)] * qkv[at(b, key, head, $1, part: 1, of: 3)]
        } / Double(size).squareRoot()
      }
      let largest = scores.max()!
      let lse = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
      return (scores.map { exp($0 - lse) }, lse)
    }

    func forward(_ qkv: [Double]) -> (output: [Double], lse: [Double]) {
      var output = [Double](repeating: 0, count: rows * channels)
      var lse = [Double](repeating: 0, count: batch * heads * length)
      for (b, head, t) in positions {
        let p = probabilities(qkv, b, head, t)
        lse[(b * heads + head) * length + t] = p.lse
        for (key, weight) in p.values.enumerated() {
          for i in 0..<size { output[at(b, t, head, i)] += weight * qkv[at(b, key, head, i, part: 2, of: 3)] }
        }
      }
      return (output, lse)
    }

    /// Written from the chain rule alone: dS = P∘(dP − Σ P∘dP).
    func backward(_ qkv: [Double], _ gradient: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: qkv.count)
      for (b, head, t) in positions {
        let p = probabilities(qkv, b, head, t).values
        let dP = (0...t).map { key in
          (0..<size).reduce(0.0) {
            $0 + gradient[at(b, t, head, $1)] * qkv[at(b, key, head, $1, part: 2, of: 3)]
          }
        }
        let mean = zip(p, dP).reduce(0) { $0 + $1.0 * $1.1 }
        for key in 0...t {
          let dS = p[key] * (dP[key] - mean) / Double(size).squareRoot()
          for i in 0..<size {
            let (q, k) = (at(b, t, head, i, part: 0, of: 3), at(b, key, head, i, part: 1, of: 3))
            result[q] += dS * qkv[k]
            result[k] += dS * qkv[q]
            result[at(b, key, head, i, part: 2, of: 3)] += p[key] * gradient[at(b, t, head, i)]
          }
        }
      }
      return result
    }

    private var positions: [(Int, Int, Int)] {
      (0..<batch).flatMap { b in (0..<heads).flatMap { head in (0..<length).map { (b, head, $0) } } }
    }
  }

  /// A call's buffers.
  struct Case {
    let shape: Shape
    let qkv, output, logSumExp, outputGradient, qkvGradient: Buffer

    init(_ shape: Shape, scale: Float = 1.5) {
      self.shape = shape
      qkv = Buffer(shape.rows, 3 * shape.channels, gap: 2, seed: 1, scale: scale)
      output = Buffer(unset: shape.rows, shape.channels, gap: 1)
      logSumExp = Buffer(unset: shape.batch * shape.heads, shape.length)
      outputGradient = Buffer(shape.rows, shape.channels, gap: 3, seed: 2)
      qkvGradient = Buffer(unset: shape.rows, 3 * shape.channels, gap: 4)
    }

    func run(_ precision: Precision = .fp32, on workers: Workers) {
      Attention.forward(
        qkv.matrix, sequences: shape.sequences, heads: shape.heads, into: output.matrix,
        logSumExp: logSumExp.matrix, precision: precision, on: workers)
      Attention.backward(
        outputGradient: outputGradient.matrix, qkv: qkv.matrix, output: output.matrix,
        logSumExp: logSumExp.matrix, sequences: shape.sequences, heads: shape.heads, into: qkvGradient.matrix,
        precision: precision, on: workers)
    }
  }

  static let shapes = [
    Shape(batch: 1, length: 1, heads: 1, size: 1), Shape(batch: 2, length: 7, heads: 3, size: 5),
    Shape(batch: 1, length: 13, heads: 2, size: 16), Shape(batch: 3, length: 17, heads: 2, size: 1),
    Shape(batch: 1, length: 64, heads: 1, size: 5), Shape(batch: 2, length: 65, heads: 2, size: 5),
    Shape(batch: 1, length: 130, heads: 2, size: 16),
    // More than a part's queries and a block's keys.
    Shape(batch: 1, length: 275, heads: 1, size: 3),
  ]

  @Test("Forward and backward against the naive passes", arguments: shapes, KernelSet.available)
  func againstNaive(shape: Shape, kernels: KernelSet) {
    let attention = Case(shape)
    attention.run(on: Workers(count: 2, kernels: kernels))
    let expected = shape.forward(attention.qkv.doubles)
    expectClose(attention.output.values, expected.output, within: 4e-6)
    expectClose(attention.logSumExp.values, expected.lse, within: 4e-6)
    expectClose(
      attention.qkvGradient.values, shape.backward(attention.qkv.doubles, attention.outputGradient.doubles),
      within: 1e-5)
    #expect(attention.output.gapsAreIntact && attention.qkvGradient.gapsAreIntact)
  }

  /// Probabilities and gradients are rounded on the way, each by at most 2⁻⁹ of itself.
  @Test(
    "In bfloat16, near the naive passes but not those of single precision",
    arguments: KernelSet.available + [.amxModel])
  func inBFloat16(kernels: KernelSet) {
    let shape = Shape(batch: 2, length: 67, heads: 2, size: 19)
    let (attention, single) = (Case(shape), Case(shape))
    attention.run(.bf16, on: Workers(count: 2, kernels: kernels))
    single.run(on: Workers(count: 2, kernels: kernels))
    let expected = shape.forward(attention.qkv.doubles)
    let gradient = shape.backward(attention.qkv.doubles, attention.outputGradient.doubles)
    expectClose(attention.output.values, expected.output, within: 1e-2)
    expectClose(attention.logSumExp.values, expected.lse, within: 1e-2)
    expectClose(attention.qkvGradient.values, gradient, within: 2e-2)
    #expect(attention.output.values != single.output.values)
    #expect(attention.qkvGradient.values != single.qkvGradient.values)
  }

  @Test("The naive backward pass against finite differences")
  func naiveAgainstDifferences() {
    let shape = Shape(batch: 1, length: 5, heads: 2, size: 3)
    var random = SeededRandom(seed: 3)
    let qkv = random.floats(shape.rows * 3 * shape.channels).map(Double.init)
    let gradient = random.floats(shape.rows * shape.channels).map(Double.init)
    let differences = FiniteDifferences.gradient(at: qkv) { point in
      zip(shape.forward(point).output, gradient).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(Closeness.error(of: shape.backward(qkv, gradient), against: differences) < 1e-8)
  }

  @Test("Scores in the thousands stay finite")
  func extremes() {
    let attention = Case(Shape(batch: 1, length: 70, heads: 1, size: 5), scale: 100)
    attention.run(on: Workers(count: 1))
    #expect(attention.output.values.allSatisfy { $0.isFinite })
    #expect(attention.qkvGradient.values.allSatisfy { $0.isFinite })
  }

  @Test("A later position changes no earlier one, and its own NaN shows", arguments: [1, 30, 65])
  func causality(position: Int) {
    let attention = Case(Shape(batch: 1, length: 70, heads: 1, size: 5))
    attention.run(on: Workers(count: 1))
    let before = attention.output.values.prefix(position * 5)
    for column in 0..<15 { attention.qkv.matrix[position][column] = 50 }
    attention.run(on: Workers(count: 1))
    #expect(attention.output.values.prefix(position * 5) == before)
    for column in 0..<15 { attention.qkv.matrix[position][column] = .nan }
    attention.run(on: Workers(count: 1))
    #expect(attention.output.matrix[position].allSatisfy { $0.isNaN })
  }

  @Test("The same bits on any number of threads", arguments: Precision.allCases)
  func sameBits(precision: Precision) {
    let attention = Case(Shape(batch: 2, length: 130, heads: 3, size: 5))
    expectSameBits {
      attention.run(precision, on: $0)
      return attention.output.values + attention.logSumExp.values + attention.qkvGradient.values
    }
  }
}
