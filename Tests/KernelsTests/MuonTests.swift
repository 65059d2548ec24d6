import TestSupport
import Testing

@testable import GPT2Kernels

/// Against the algorithm as its authors write it, in double precision and with an explicit transpose.
@Suite struct MuonTests {
  /// A matrix of (rows, columns) as rows of doubles.
  private typealias Rows = [[Double]]

  @Test(arguments: [(1, 1), (3, 17), (17, 3), (16, 16), (33, 20), (20, 48), (64, 64)])
  func updatesAreThoseOfTheDefinition(rows: Int, columns: Int) throws {
    var random = SeededRandom(seed: UInt64(rows * 100 + columns))
    func matrix() -> [Float] { (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) } }
    var (weight, momentum) = (matrix(), matrix())
    let settings = MuonStep(learningRate: 0.02, momentum: 0.95, weightDecay: 0.1, gradientScale: 0.5)
    for _ in 0..<3 {
      var gradient = matrix()
      let expected = reference(weight, gradient, momentum, rows, columns, settings)
      for threads in [1, 2, 5] {
        var (w, m) = (weight, momentum)
        w.withUnsafeMutableBufferPointer { w in
          m.withUnsafeMutableBufferPointer { m in
            gradient.withUnsafeMutableBufferPointer { g in
              let views = [w, g, m].map { Matrix($0.baseAddress!, rows: rows, columns: columns) }
              Muon.update(
                weight: views[0], gradient: views[1], momentum: views[2], settings: settings,
                on: Workers(count: threads))
            }
          }
        }
        for (found, wanted) in zip(m, expected.momentum) { #expect(abs(Double(found) - wanted) < 1e-6) }
        for (found, wanted) in zip(w, expected.weight) { #expect(abs(Double(found) - wanted) < 2e-5) }
        if threads == 5 { (weight, momentum) = (w, m) }
      }
    }
  }

  /// Algorithm 1 of the paper, with its η̂.
  @Test(arguments: [(1, 1), (3, 17), (17, 3), (33, 20), (64, 64)])
  func normalisedUpdatesAreThoseOfTheDefinition(rows: Int, columns: Int) throws {
    var random = SeededRandom(seed: UInt64(rows * 100 + columns))
    func matrix() -> [Float] { (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) } }
    var (weight, momentum, moments) = (matrix(), matrix(), [Float](repeating: 0, count: rows))
    let settings = MuonStep(learningRate: 0.02, momentum: 0.95, weightDecay: 0.1, gradientScale: 0.5)
    for _ in 0..<3 {
      var gradient = matrix()
      let (x, m) = direction(gradient, momentum, rows, columns, settings)
      let v = zip(moments, x).map { moment, row in
        0.9 * Double(moment) + 0.1 * row.reduce(0) { $0 + $1 * $1 } / Double(columns)
      }
      let n = zip(x, v).flatMap { row, v in row.map { $0 / (v.squareRoot() + 1e-8) } }
      let scale = 0.2 * Double(rows * columns).squareRoot() / n.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let expected = updated(weight, by: n.map { scale * $0 }, settings)
      weight.withUnsafeMutableBufferPointer { w in
        momentum.withUnsafeMutableBufferPointer { m in
          gradient.withUnsafeMutableBufferPointer { g in
            let views = [w, g, m].map { Matrix($0.baseAddress!, rows: rows, columns: columns) }
            moments.withUnsafeMutableBufferPointer {
              NorMuon.update(
                weight: views[0], gradient: views[1], momentum: views[2], rowMoments: $0, settings: settings,
                beta2: 0.9, on: Workers(count: 2))
            }
          }
        }
      }
      for (found, wanted) in zip(momentum, m) { #expect(abs(Double(found) - wanted) < 1e-6) }
      for (found, wanted) in zip(moments, v) { #expect(abs(Double(found) - wanted) < 1e-5) }
      for (found, wanted) in zip(weight, expected) { #expect(abs(Double(found) - wanted) < 4e-5) }
    }
  }

  @Test func theUpdateIsNearlyOrthogonal() {
    let (rows, columns) = (24, 40)
    var random = SeededRandom(seed: 4)
    var gradient = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let updates = update(&gradient, rows, columns)
    // W was 0 and η 1, so W = −0.2·√40·O; of O all singular values are near 1.
    let scale = -0.2 * Double(columns).squareRoot()
    let o = (0..<rows).map { row in (0..<columns).map { Double(updates[row * columns + $0]) / scale } }
    let squares = multiply(o, transposed(o))
    for row in 0..<rows {
      #expect((0.4...1.5).contains(squares[row][row]))
    }
    let trace = (0..<rows).reduce(0) { $0 + squares[$1][$1] } / Double(rows)
    #expect(abs(trace - 0.9) < 0.2)
  }

  @Test func aGradientOfZeroChangesNothing() {
    var gradient = [Float](repeating: 0, count: 12)
    #expect(update(&gradient, 3, 4).allSatisfy { $0 == 0 })
  }

  /// What becomes of a weight of zeros at a learning rate of 1.
  private func update(_ gradient: inout [Float], _ rows: Int, _ columns: Int) -> [Float] {
    var (weight, momentum) = (
      [Float](repeating: 0, count: rows * columns), [Float](repeating: 0, count: rows * columns)
    )
    weight.withUnsafeMutableBufferPointer { w in
      momentum.withUnsafeMutableBufferPointer { m in
        gradient.withUnsafeMutableBufferPointer { g in
          let views = [w, g, m].map { Matrix($0.baseAddress!, rows: rows, columns: columns) }
          Muon.update(
            weight: views[0], gradient: views[1], momentum: views[2], settings: MuonStep(learningRate: 1),
            on: Workers(count: 2))
        }
      }
    }
    return weight
  }

  /// zeropower_via_newtonschulz5 of the authors, around it their update with Liu et al.'s scale.
  private func reference(
    _ weight: [Float], _ gradient: [Float], _ momentum: [Float], _ rows: Int, _ columns: Int,
    _ settings: MuonStep
  ) -> (weight: [Double], momentum: [Double]) {
    let (x, m) = direction(gradient, momentum, rows, columns, settings)
    let scale = 0.2 * Double(max(rows, columns)).squareRoot()
    return (updated(weight, by: x.joined().map { scale * $0 }, settings), m)
  }

  private func updated(_ weight: [Float], by direction: [Double], _ settings: MuonStep) -> [Double] {
    zip(weight, direction).map { weight, direction in
      let w = Double(weight)
      return w - Double(settings.learningRate) * (direction + Double(settings.weightDecay) * w)
    }
  }

  /// O and m.
  private func direction(
    _ gradient: [Float], _ momentum: [Float], _ rows: Int, _ columns: Int, _ settings: MuonStep
  ) -> (orthogonal: Rows, momentum: [Double]) {
    let mu = Double(settings.momentum)
    let g = gradient.map { Double($0) * Double(settings.gradientScale) }
    let m = zip(momentum, g).map { mu * Double($0) + $1 }
    let u = zip(g, m).map { $0 + mu * $1 }
    var x = (0..<rows).map { row in (0..<columns).map { u[row * columns + $0] } }
    let isTall = rows > columns
    if isTall { x = transposed(x) }
    let norm = u.reduce(0) { $0 + $1 * $1 }.squareRoot()
    x = x.map { $0.map { $0 / (norm + 1e-7) } }
    for _ in 0..<5 {
      let a = multiply(x, transposed(x))
      let b = add(a, -4.7750, multiply(a, a), 2.0315)
      x = add(x, 3.4445, multiply(b, x), 1)
    }
    if isTall { x = transposed(x) }
    return (x, m)
  }

  private func multiply(_ a: Rows, _ b: Rows) -> Rows {
    a.map { row in b[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } } }
  }

  private func transposed(_ a: Rows) -> Rows { a[0].indices.map { column in a.map { $0[column] } } }

  private func add(_ a: Rows, _ x: Double, _ b: Rows, _ y: Double) -> Rows {
    zip(a, b).map { zip($0, $1).map { x * $0 + y * $1 } }
  }
}
