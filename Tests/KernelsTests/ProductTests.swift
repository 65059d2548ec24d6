import TestSupport
import Testing

@testable import Kernels

@Suite("Product") struct ProductTests {
  struct Way: CustomTestStringConvertible, Sendable {
    let engine: Product.Engine
    let precision: Precision
    var testDescription: String { "\(engine), \(precision.rawValue)" }

    static let all: [Way] = packed + (BLAS.isAvailable ? [Way(engine: .blas, precision: .fp32)] : [])
    static let packed = Tiles.allCases.flatMap { tiles in
      Precision.allCases.map { Way(engine: .packed(tiles), precision: $0) }
    }

    /// What the factors' values are before they are multiplied.
    func rounded(_ value: Float) -> Double {
      guard precision == .bf16 else { return Double(value) }
      // To nearest by adding half of the last place that stays, to even where it is a tie.
      let bits = value.bitPattern
      return Double(Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000))
    }

    func reference(_ a: Operand, _ b: Operand) -> [Double] {
      func value(_ operand: Operand, _ row: Int, _ column: Int) -> Double {
        rounded(operand.transposed ? operand.matrix[column][row] : operand.matrix[row][column])
      }
      return (0..<a.rows * b.columns).map { index in
        let (i, j) = (index / b.columns, index % b.columns)
        return (0..<a.columns).reduce(0.0) { $0 + value(a, i, $1) * value(b, $1, j) }
      }
    }
  }

  /// Sizes around those of a tile, of a transposed block and of a pair; none divides another.
  static let shapes = [
    (1, 1, 1), (6, 16, 1), (7, 17, 2), (5, 15, 3), (12, 64, 16), (13, 65, 33), (11, 1, 31), (1, 63, 47),
    (49, 79, 34), (205, 17, 9),
  ]

  static func factor(_ rows: Int, _ columns: Int, _ transposed: Bool, seed: UInt64) -> (Operand, Buffer) {
    let buffer =
      transposed
      ? Buffer(columns, rows, gap: 3, seed: seed) : Buffer(rows, columns, gap: 3, seed: seed)
    return (Operand(buffer.matrix, transposed: transposed), buffer)
  }

  @Test("Every engine, every way of transposing, awkward sizes", arguments: Way.all)
  func transposed(way: Way) {
    for (rows, columns, depth) in Self.shapes {
      for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let (a, aMemory) = Self.factor(rows, depth, left, seed: 1)
        let (b, bMemory) = Self.factor(depth, columns, right, seed: 2)
        let c = Buffer(unset: rows, columns, gap: 5)
        withExtendedLifetime((aMemory, bMemory)) {
          let expected = way.reference(a, b)
          Product(a: a, b: b, c: c.matrix)
            .run(way.precision, by: way.engine, on: Workers(count: 2))
          expectClose(c.values, expected)
          Product(a: a, b: b, c: c.matrix, ends: ProductEnds(scale: 0.5, addend: c.matrix))
            .run(way.precision, by: way.engine, on: Workers(count: 2))
          expectClose(c.values, expected.map { $0 * 1.5 })
          #expect(c.gapsAreIntact)
        }
      }
    }
  }

  @Test("Scale, bias, residual and GELU at the end", arguments: Way.all)
  func ends(way: Way) {
    for (rows, columns, depth) in [(7, 17, 5), (13, 130, 9)] {
      let (a, aMemory) = Self.factor(rows, depth, false, seed: 1)
      let (b, bMemory) = Self.factor(depth, columns, true, seed: 2)
      let (bias, residual) = (Buffer(1, columns, seed: 3), Buffer(rows, columns, gap: 1, seed: 4))
      let (c, activated) = (Buffer(unset: rows, columns), Buffer(unset: rows, columns, gap: 2))
      let before = Buffer(rows, columns, gap: 4, seed: 5)
      withExtendedLifetime((aMemory, bMemory)) {
        let sums = way.reference(a, b).enumerated().map { index, product in
          2 * product + bias.doubles[index % columns] + residual.doubles[index]
        }
        Product(
          a: a, b: b, c: c.matrix,
          ends: ProductEnds(
            scale: 2, addend: residual.matrix, bias: bias.matrix, activated: activated.matrix)
        )
        .run(way.precision, by: way.engine, on: Workers(count: 2))
        expectClose(c.values, sums)
        expectClose(activated.values, sums.map(GELUTests.reference))
        #expect(activated.gapsAreIntact)

        Product(a: a, b: b, c: c.matrix, ends: ProductEnds(inactivated: before.matrix))
          .run(way.precision, by: way.engine, on: Workers(count: 2))
        expectClose(
          c.values,
          zip(way.reference(a, b), before.doubles).map { product, x in
            product * FiniteDifferences.gradient(at: [x]) { GELUTests.reference($0[0]) }[0]
          })
      }
    }
  }

  /// Deep enough for several blocks of depth, large enough for several blocks of c.
  @Test("Blocks give the whole product, the same bits on any number of threads", arguments: Way.packed)
  func blocks(way: Way) {
    let (rows, columns, depth) = (19, 530, 1201)
    let (a, aMemory) = Self.factor(rows, depth, false, seed: 1)
    let (b, bMemory) = Self.factor(depth, columns, true, seed: 2)
    let c = Buffer(unset: rows, columns)
    withExtendedLifetime((aMemory, bMemory)) {
      expectSameBits {
        Product(a: a, b: b, c: c.matrix)
          .run(way.precision, by: way.engine, on: $0)
        return c.values
      }
      expectClose(c.values, way.reference(a, b))
    }
  }

  /// More of the left factor than is packed at once, by rows and by depth.
  @Test("Chunks of the left factor add up", arguments: Tiles.allCases)
  func chunks(tiles: Tiles) {
    let (rows, columns, depth) = (775, 2, 2100)
    let chunk = PackedChunks(rows: rows, words: depth)
    #expect(chunk.rows < rows && chunk.words < depth)
    let way = Way(engine: .packed(tiles), precision: .fp32)
    let (a, aMemory) = Self.factor(rows, depth, true, seed: 1)
    let (b, bMemory) = Self.factor(depth, columns, false, seed: 2)
    let (c, residual) = (Buffer(unset: rows, columns), Buffer(rows, columns, seed: 3))
    withExtendedLifetime((aMemory, bMemory)) {
      Product(a: a, b: b, c: c.matrix, ends: ProductEnds(addend: residual.matrix))
        .run(way.precision, by: way.engine, on: Workers(count: 2))
      expectClose(c.values, zip(way.reference(a, b), residual.doubles).map { $0 + $1 })
    }
  }

  @Test("A sum over nothing is what is added to it", arguments: Way.all)
  func empty(way: Way) {
    let (a, b, c) = (Buffer(3, 0, []), Buffer(0, 2, []), Buffer(3, 2, [1, 2, 3, 4, 5, 6]))
    func multiply(_ ends: ProductEnds) {
      Product(a: Operand(a.matrix), b: Operand(b.matrix), c: c.matrix, ends: ends)
        .run(way.precision, by: way.engine, on: Workers(count: 2))
    }
    multiply(ProductEnds(addend: c.matrix))
    #expect(c.values == [1, 2, 3, 4, 5, 6])
    multiply(ProductEnds())
    #expect(c.values == [0, 0, 0, 0, 0, 0])
  }

  @Test("What is not a number stays so, in either precision", arguments: Way.packed)
  func notANumber(way: Way) {
    // All bits set: adding half a place to them would wrap around to a number.
    for bad in [Float.nan, Float(bitPattern: 0xFFFF_FFFF), .infinity] {
      let (a, b) = (Buffer(1, 2, [bad, 1]), Buffer(2, 1, [1, 1]))
      let c = Buffer(unset: 1, 1)
      Product(a: Operand(a.matrix), b: Operand(b.matrix), c: c.matrix)
        .run(way.precision, by: way.engine, on: Workers(count: 1))
      #expect(bad.isNaN ? c.values[0].isNaN : c.values[0] == .infinity)
    }
  }

  @Test("Chunks and blocks cover every row, column and depth once")
  func partition() {
    for rows in [1, 6, 7, 256, 1021, 4096, 50304] {
      for words in [0, 1, 255, 256, 257, 768, 3072, 50304] {
        let chunk = PackedChunks(rows: rows, words: words)
        #expect(chunk.rows >= 1 && chunk.words >= 1)
        #expect(chunk.rows >= rows || chunk.rows % RowPanels.lines == 0)
        #expect(chunk.words % PackedChunks.blockWords == 0)
        #expect(chunk.rows * min(words, chunk.words) <= PackedChunks.mostWords)
      }
      for columns in [1, 63, 64, 65, 768, 2304] {
        let blocks = PackedBlocks(rows: rows, columns: columns, depth: 768, width: 64)
        var covered = 0
        for index in 0..<blocks.count {
          let (blockRows, blockColumns) = blocks[index]
          #expect(blockRows.lowerBound % RowPanels.lines == 0 && blockColumns.lowerBound % 64 == 0)
          covered += blockRows.count * blockColumns.count
        }
        #expect(covered == rows * columns)
      }
    }
  }
}
