import GPT2Kernels
import TestSupport
import Testing

@Suite("Matmul") struct MatmulTests {
  let workers = Workers(count: 2)

  static func reference(_ a: Matrix, _ aTransposed: Bool, _ b: Matrix, _ bTransposed: Bool) -> [Double] {
    let rows = aTransposed ? a.columns : a.rows
    let depth = aTransposed ? a.rows : a.columns
    let columns = bTransposed ? b.rows : b.columns
    func values(_ matrix: Matrix, transposed: Bool) -> [Double] {
      guard transposed else { return (0..<matrix.rows).flatMap { row in matrix[row].map(Double.init) } }
      return (0..<matrix.columns).flatMap { column in
        (0..<matrix.rows).map { Double(matrix[$0][column]) }
      }
    }
    return doubleProduct(
      values(a, transposed: aTransposed), values(b, transposed: !bTransposed), rows: rows, columns: columns,
      depth: depth)
  }

  @Test("Each way of transposing, with gaps between rows, overwriting and accumulating")
  func transposed() {
    for (rows, columns, depth) in [(1, 1, 1), (7, 13, 17), (13, 1, 7), (1, 65, 13), (17, 7, 1)] {
      for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let a = left ? Buffer(depth, rows, gap: 3, seed: 1) : Buffer(rows, depth, gap: 3, seed: 1)
        let b = right ? Buffer(columns, depth, gap: 2, seed: 2) : Buffer(depth, columns, gap: 2, seed: 2)
        let expected = Self.reference(a.matrix, left, b.matrix, right)
        let c = Buffer(unset: rows, columns, gap: 5)
        for times in [1.0, 2.0] {
          Matmul.multiply(
            a.matrix, transposed: left, b.matrix, transposed: right, into: c.matrix,
            accumulating: times == 2, on: workers)
          expectClose(c.values, expected.map { $0 * times })
        }
        #expect(c.gapsAreIntact)
      }
    }
  }

  /// Large enough to be cut into bands of rows and of columns; checked against the naive one.
  @Test("Bands give the whole product, the same bits on any number of threads")
  func bands() {
    for (rows, columns, depth) in [(17, 1000, 257), (1000, 17, 257), (133, 131, 65)] {
      let (a, b) = (Buffer(rows, depth, seed: 3), Buffer(depth, columns, seed: 4))
      let c = Buffer(unset: rows, columns)
      expectSameBits {
        Matmul.multiply(
          a.matrix, transposed: false, b.matrix, transposed: false, into: c.matrix, accumulating: false,
          on: $0)
        return c.values
      }
      expectClose(c.values, Self.reference(a.matrix, false, b.matrix, false))
    }
  }

  @Test("A sum over nothing is 0, or leaves what is there")
  func empty() {
    let (a, b, c) = (Buffer(3, 0, []), Buffer(0, 2, []), Buffer(3, 2, [1, 2, 3, 4, 5, 6]))
    Matmul.multiply(
      a.matrix, transposed: false, b.matrix, transposed: false, into: c.matrix, accumulating: true,
      on: workers)
    #expect(c.values == [1, 2, 3, 4, 5, 6])
    Matmul.multiply(
      a.matrix, transposed: false, b.matrix, transposed: false, into: c.matrix, accumulating: false,
      on: workers)
    #expect(c.values == [0, 0, 0, 0, 0, 0])
  }
}
