import CKernels

/// y = x·Wᵀ for a few rows of x and weights in blocks of 32, which are multiplied as they are: bytes by bytes, x
/// being rounded to bytes, and each block's sum by both scales. ggml's idea, but not its rounding of x.
///
/// A row of y is the same bits whatever other rows are computed with it, on any number of threads, and on any
/// processor, but for the rounding of the blocks' sums.
enum QuantizedGEMV {
  /// Bytes of weights that a thread takes at a time.
  private static let partBytes = 1 << 17

  static func run(
    _ input: Matrix,  // (R, IC)
    _ weight: RepackedWeights,  // (OC, IC)
    into output: Matrix,  // (R, OC)
    epilogue: Epilogue, on workers: Workers
  ) {
    workers.withScratch(QuantizedRows.words(rows: input.rows, columns: input.columns)) { memory in
      let bytes = QuantizedRows(input, in: memory)
      workers.run(over: weight.panels, inRangesOf: max(1, partBytes / weight.panelBytes)) { panels in
        let lines = RepackedWeights.panelRows
        for panel in panels {
          let lanes = min(lines, output.columns - panel * lines)
          for row in 0..<input.rows {
            let dots = epilogue.completed(
              dots(bytes, row, weight, panel), row: row, column: panel * lines, lanes: lanes)
            Vectors.store(dots, to: output.base + row * output.stride + panel * lines, lanes)
          }
        }
        let columns = panels.lowerBound * lines..<min(output.columns, panels.upperBound * lines)
        epilogue.block(0..<input.rows, columns).finish(output.columns(columns))
      }
    }
  }

  @inline(__always)
  private static func dots(_ x: QuantizedRows, _ row: Int, _ weight: RepackedWeights, _ panel: Int) -> Vector
  {
    let start = weight.base + panel * weight.panelBytes
    switch weight.format {
    case .q4: return dots(x, row, start, blocks: weight.blocks, areHalfBytes: true)
    default: return dots(x, row, start, blocks: weight.blocks, areHalfBytes: false)
    }
  }

  /// In two halves, since an addition waits for the one before it. Inlined, so that `areHalfBytes` is known.
  @inline(__always)
  private static func dots(
    _ x: QuantizedRows, _ row: Int, _ panel: UnsafeRawPointer, blocks: Int, areHalfBytes: Bool
  ) -> Vector {
    @inline(__always)
    func adding(_ block: Int, to sum: Vector) -> Vector {
      areHalfBytes
        ? addHalfByteBlock(sum, x, row, block, panel) : addByteBlock(sum, x, row, block, panel)
    }
    var (even, odd) = (Vector.zero, Vector.zero)
    for block in stride(from: 0, to: blocks, by: 2) {
      even = adding(block, to: even)
      if block + 1 < blocks { odd = adding(block + 1, to: odd) }
    }
    return even + odd
  }

  /// Adds scaleₓ · scale_w · Σ (w + 128 − 128)·x of one block.
  @inline(__always)
  private static func addByteBlock(
    _ sum: Vector, _ x: QuantizedRows, _ row: Int, _ block: Int, _ panel: UnsafeRawPointer
  ) -> Vector {
    let weights = panel + block * (16 * 34)
    let bytes = x.words(row: row, block: block)
    var first = Bits(repeating: -128 &* x.sum(row: row, block: block))
    var second = Bits.zero
    first = ck_add_byte_products(first, load(weights + 32), quad(bytes, 0))
    second = ck_add_byte_products(second, load(weights + 96), quad(bytes, 1))
    first = ck_add_byte_products(first, load(weights + 160), quad(bytes, 2))
    second = ck_add_byte_products(second, load(weights + 224), quad(bytes, 3))
    first = ck_add_byte_products(first, load(weights + 288), quad(bytes, 4))
    second = ck_add_byte_products(second, load(weights + 352), quad(bytes, 5))
    first = ck_add_byte_products(first, load(weights + 416), quad(bytes, 6))
    second = ck_add_byte_products(second, load(weights + 480), quad(bytes, 7))
    return scaled(first &+ second, weights, x.scale(row: row, block: block), plus: sum)
  }

  /// Adds scaleₓ · scale_w · Σ (w + 8 − 8)·x of one block.
  @inline(__always)
  private static func addHalfByteBlock(
    _ sum: Vector, _ x: QuantizedRows, _ row: Int, _ block: Int, _ panel: UnsafeRawPointer
  ) -> Vector {
    let weights = panel + block * (16 * 18)
    let bytes = x.words(row: row, block: block)
    var low = Bits(repeating: -8 &* x.sum(row: row, block: block))
    var high = Bits.zero
    for vector in 0..<4 {
      let both = load(weights + 32 + 64 * vector)
      low = ck_add_byte_products(low, both & 0x0F0F_0F0F, quad(bytes, vector))
      high = ck_add_byte_products(high, both &>> 4 & 0x0F0F_0F0F, quad(bytes, vector + 4))
    }
    return scaled(low &+ high, weights, x.scale(row: row, block: block), plus: sum)
  }

  @inline(__always)
  private static func scaled(
    _ dots: Bits, _ scales: UnsafeRawPointer, _ scale: Float, plus sum: Vector
  ) -> Vector {
    VectorMath.fused(ck_floats(dots), ck_load_fp16(scales) * scale, plus: sum)
  }

  private typealias Bits = SIMD16<Int32>

  @inline(__always)
  private static func load(_ pointer: UnsafeRawPointer) -> Bits { pointer.loadUnaligned(as: Bits.self) }

  /// Four bytes of x in every lane.
  @inline(__always)
  private static func quad(_ bytes: UnsafeRawPointer, _ index: Int) -> Bits {
    Bits(repeating: bytes.load(fromByteOffset: 4 * index, as: Int32.self))
  }
}
