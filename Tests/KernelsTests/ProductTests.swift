import TestSupport
import Testing

@testable import GPT2Kernels

@Suite("Product") struct ProductTests {
  struct Way: CustomTestStringConvertible, Sendable {
    /// `nil` for BLAS.
    let kernels: KernelSet?
    let precision: Precision
    var testDescription: String { "\(kernels?.description ?? "BLAS"), \(precision.rawValue)" }
    var engine: Product.Engine { kernels.map { .packed($0.product(precision)) } ?? .blas }

    func workers(_ count: Int) -> Workers { Workers(count: count, kernels: kernels ?? .preferred) }

    static let all: [Way] = packed + (BLAS.isThere ? [Way(kernels: nil, precision: .fp32)] : [])
    static let packed = (KernelSet.available + [.amxModel]).flatMap { kernels in
      Precision.allCases.map { Way(kernels: kernels, precision: $0) }
    }

    /// What the factors' values are before they are multiplied.
    func rounded(_ value: Float) -> Double {
      guard precision == .bf16 else { return Double(value) }
      // To nearest by adding half of the last place that stays, to even where it is a tie.
      let bits = value.bitPattern
      return Double(Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000))
    }

    func reference(_ a: Operand, _ b: Operand) -> [Double] {
      func values(_ matrix: Matrix, transposed: Bool) -> [Double] {
        guard transposed else { return (0..<matrix.rows).flatMap { row in matrix[row].map(rounded) } }
        return (0..<matrix.columns).flatMap { column in
          (0..<matrix.rows).map { rounded(matrix[$0][column]) }
        }
      }
      return doubleProduct(
        values(a.matrix, transposed: a.transposed), values(b.matrix, transposed: !b.transposed), rows: a.rows,
        columns: b.columns, depth: a.columns)
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
            .run(way.precision, by: way.engine, on: way.workers(2))
          expectClose(c.values, expected)
          Product(a: a, b: b, c: c.matrix, epilogue: Epilogue(scale: 0.5, addend: c.matrix))
            .run(way.precision, by: way.engine, on: way.workers(2))
          expectClose(c.values, expected.map { $0 * 1.5 })
          #expect(c.gapsAreIntact)
        }
      }
    }
  }

  @Test("Scale, bias, residual and GELU at the end", arguments: Way.all)
  func epilogue(way: Way) {
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
          epilogue: Epilogue(
            scale: 2, addend: residual.matrix, bias: bias.matrix, activated: activated.matrix)
        )
        .run(way.precision, by: way.engine, on: way.workers(2))
        expectClose(c.values, sums)
        expectClose(activated.values, sums.map(GELUTests.reference))
        #expect(activated.gapsAreIntact)

        Product(a: a, b: b, c: c.matrix, epilogue: Epilogue(preActivation: before.matrix))
          .run(way.precision, by: way.engine, on: way.workers(2))
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
  @Test("Chunks of the left factor add up", arguments: Way.packed)
  func chunks(way: Way) throws {
    let kernel = try #require(way.kernels).product(way.precision)
    // More than is packed at once where the second-level cache has a mebibyte.
    let (rows, columns, depth) = (775, 2, 2100)
    var caches = CacheSizes()
    caches.second = 1 << 20
    let chunk = LeftChunk(rows: rows, k: depth, kernel, caches)
    #expect(chunk.rows < rows && chunk.depths < depth || kernel.depthPerWord > 1)
    let (a, aMemory) = Self.factor(rows, depth, true, seed: 1)
    let (b, bMemory) = Self.factor(depth, columns, false, seed: 2)
    let (c, residual) = (Buffer(unset: rows, columns), Buffer(rows, columns, seed: 3))
    withExtendedLifetime((aMemory, bMemory)) {
      PackedProduct(
        a: a, b: RightFactor(b), c: c.matrix, epilogue: Epilogue(addend: residual.matrix), kernel: kernel,
        workers: way.workers(2), caches: caches
      ).run()
      expectClose(c.values, zip(way.reference(a, b), residual.doubles).map { $0 + $1 })
    }
  }

  @Test("A sum over nothing is what is added to it", arguments: Way.all)
  func empty(way: Way) {
    let (a, b, c) = (Buffer(3, 0, []), Buffer(0, 2, []), Buffer(3, 2, [1, 2, 3, 4, 5, 6]))
    func multiply(_ epilogue: Epilogue) {
      Product(a: Operand(a.matrix), b: Operand(b.matrix), c: c.matrix, epilogue: epilogue)
        .run(way.precision, by: way.engine, on: way.workers(2))
    }
    multiply(Epilogue(addend: c.matrix))
    #expect(c.values == [1, 2, 3, 4, 5, 6])
    multiply(Epilogue())
    #expect(c.values == [0, 0, 0, 0, 0, 0])
  }

  @Test("What is not a number stays so, in either precision", arguments: Way.packed)
  func notANumber(way: Way) {
    // All bits set: adding half a place to them would wrap around to a number.
    for bad in [Float.nan, Float(bitPattern: 0xFFFF_FFFF), .infinity] {
      let (a, b) = (Buffer(1, 2, [bad, 1]), Buffer(2, 1, [1, 1]))
      let c = Buffer(unset: 1, 1)
      Product(a: Operand(a.matrix), b: Operand(b.matrix), c: c.matrix)
        .run(way.precision, by: way.engine, on: way.workers(1))
      #expect(bad.isNaN ? c.values[0].isNaN : c.values[0] == .infinity)
    }
  }

  @Test("Chunks and blocks cover every row, column and depth once", arguments: Way.packed)
  func partition(way: Way) throws {
    let kernel = try #require(way.kernels).product(way.precision)
    for rows in [1, 6, 7, 256, 1021, 4096, 50304] {
      for k in [0, 1, 255, 256, 257, 768, 3072, 50304] {
        let chunk = LeftChunk(rows: rows, k: k, kernel)
        #expect(chunk.rows >= 1 && chunk.depths >= 1)
        #expect(chunk.rows >= rows || chunk.rows % kernel.rows == 0)
        #expect(chunk.depths % (LeftChunk.blockWords * kernel.depthPerWord) == 0)
      }
      for (columns, threads) in [(1, 1), (63, 2), (64, 3), (65, 16), (768, 16), (2304, 64)] {
        let cut = ProductCut(rows: rows, columns: columns, k: 768, threads: threads, kernel)
        var covered = 0
        for index in 0..<cut.count {
          let (blockRows, blockColumns) = cut[index]
          #expect(blockRows.lowerBound % kernel.rows == 0 && blockColumns.lowerBound % kernel.columns == 0)
          covered += blockRows.count * blockColumns.count
        }
        #expect(covered == rows * columns)
      }
    }
  }

  @Test(
    "Sixteen threads have panels to pack", arguments: Way.packed,
    [(rows: 256, k: 768, isTransposed: false), (256, 3072, false), (768, 256, true), (3072, 256, true)])
  func manyPackers(way: Way, shape: (rows: Int, k: Int, isTransposed: Bool)) throws {
    let kernel = try #require(way.kernels).product(way.precision)
    let (source, memory) = Self.factor(shape.rows, shape.k, shape.isTransposed, seed: 1)
    withExtendedLifetime(memory) {
      let panels = LeftPanels(
        kernel: kernel, memory: source.matrix.base, rows: shape.rows, k: shape.k,
        kc: LeftChunk.blockWords * kernel.depthPerWord)
      let share = panels.share(of: source, threads: 16)
      #expect((panels.panels + share - 1) / share * panels.blocks >= 16)
      // Whole cache lines, where rows lie side by side.
      #expect(!shape.isTransposed || share * kernel.rows % 16 == 0)
    }
  }

  /// GPT-2's products of 256 rows: no thread should wait for another for more than a quarter of its time.
  @Test(
    "Sixteen threads have work", arguments: Way.packed, [(768, 768), (2304, 768), (3072, 768), (768, 3072)])
  func manyThreads(way: Way, shape: (columns: Int, k: Int)) throws {
    let kernel = try #require(way.kernels).product(way.precision)
    let cut = ProductCut(rows: 256, columns: shape.columns, k: shape.k, threads: 16, kernel)
    let rounds = (cut.count + 15) / 16
    let inRounds = Double(rounds * 16 * cut.blockRows * cut.blockColumns)
    #expect(Double(256 * shape.columns) / inRounds > 0.75)
  }
}
