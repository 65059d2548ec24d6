import CKernels

/// Where a register tile goes: c = scale · tile, plus what is given of the addend and the bias.
struct TileOutput {
  var c: UnsafeMutablePointer<Float>
  var stride: Int
  var scale: Float
  /// A matrix like c, which may be c itself.
  var addend: UnsafePointer<Float>?
  var addendStride: Int
  /// One row, added to each.
  var bias: UnsafePointer<Float>?

  @inline(__always)
  init(
    c: UnsafeMutablePointer<Float>, stride: Int, scale: Float, addend: UnsafePointer<Float>? = nil,
    addendStride: Int = 0, bias: UnsafePointer<Float>? = nil
  ) {
    self.c = c
    self.stride = stride
    self.scale = scale
    self.addend = addend
    self.addendStride = addendStride
    self.bias = bias
  }

  /// - Parameter isFirst: Whether c is still to be written; from then on it is added to.
  init(_ c: Matrix, _ epilogue: Epilogue, isFirst: Bool) {
    let addend = isFirst ? epilogue.addend : c
    self.init(
      c: c.base, stride: c.stride, scale: epilogue.scale, addend: addend.map { UnsafePointer($0.base) },
      addendStride: addend?.stride ?? 0, bias: isFirst ? epilogue.bias.map { UnsafePointer($0.base) } : nil)
  }

  /// Asks for a row's cache lines, which are written once all depths are summed.
  @inline(__always)
  func prefetch(_ row: Int, columns: Int) {
    for column in Swift.stride(from: 0, to: columns, by: 16) {
      ck_prefetch_for_writing(c + row * stride + column)
    }
  }

  /// The same output from another row and column on.
  @inline(__always)
  func from(row: Int, column: Int) -> TileOutput {
    TileOutput(
      c: c + row * stride + column, stride: stride, scale: scale,
      addend: addend.map { $0 + row * addendStride + column }, addendStride: addendStride,
      bias: bias.map { $0 + column })
  }
}

/// The innermost loop of every product: a tile of six rows that stays in registers from the first depth to the
/// last, while panels of both factors are read once from front to back (Goto and van de Geijn 2008; BLIS).
///
/// Measured with 6 × 64, 8 × 48 and 12 × 32 floats on a Zen 5 core: each reaches 97 to 99 % of the peak (250 of
/// 258 GFLOP/s, with bfloat16 pairs 508 of 517) at depths from 64 to 768. Six rows of 64 divide GPT-2's widths
/// (64 a head, 768, 2304, 3072, 50304) without a rest.
enum MicroKernel<Row: TileRow, Format: PanelFormat> {
  /// Rows of a tile.
  @inline(__always) static var rows: Int { 6 }
  /// Columns of a tile.
  @inline(__always) static var columns: Int { Row.width }

  /// Computes one whole tile.
  ///
  /// - Parameters:
  ///   - a: (words, 8): six rows at each depth, and two words that are skipped.
  ///   - b: (words, columns).
  @inline(__always)
  static func run(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, words: Int, into output: TileOutput
  ) {
    for row in 0..<rows { output.prefetch(row, columns: columns) }
    var (row0, row1, row2) = (Row.zero, Row.zero, Row.zero)
    var (row3, row4, row5) = (Row.zero, Row.zero, Row.zero)
    var (a, b) = (a, b)
    for _ in 0..<words {
      let row = Row.load(b)
      row0 = add(row0, a[0], row)
      row1 = add(row1, a[1], row)
      row2 = add(row2, a[2], row)
      row3 = add(row3, a[3], row)
      row4 = add(row4, a[4], row)
      row5 = add(row5, a[5], row)
      a += RowPanels.step
      b += columns
    }
    store(row0, 0, output)
    store(row1, 1, output)
    store(row2, 2, output)
    store(row3, 3, output)
    store(row4, 4, output)
    store(row5, 5, output)
  }

  @inline(__always)
  private static func add(_ sum: Row, _ a: Float, _ b: Row) -> Row {
    let a = Vector(repeating: a)
    return sum.combined(with: b) { sum, b in Format.addProduct(to: sum, a, b) }
  }

  @inline(__always)
  private static func store(_ tile: Row, _ row: Int, _ output: TileOutput) {
    var tile = tile.combined(with: tile) { value, _ in value * output.scale }
    if let bias = output.bias { tile = tile.combined(with: Row.load(bias)) { $0 + $1 } }
    if let addend = output.addend {
      tile = tile.combined(with: Row.load(addend + row * output.addendStride)) { $0 + $1 }
    }
    tile.store(to: output.c + row * output.stride)
  }
}

/// Six rows a panel, at steps of eight words, so that sixteen lines transpose into two panels.
enum RowPanels {
  @inline(__always) static var lines: Int { 6 }
  @inline(__always) static var step: Int { 8 }
}
