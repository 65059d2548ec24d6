import CGPT2Kernels
import GPT2WeightFormats

/// How one set of kernels multiplies in one precision: its micro-kernel's tile, and how both factors are packed for it.
///
/// The micro-kernel (Goto and van de Geijn 2008; BLIS) keeps a tile of c in registers from the first depth to the last,
/// while panels of both factors are read once from front to back. Its text is `CKernels/kernels/tile.h`. Tiles of 6 × 64
/// (AVX-512) and 6 × 16 (AVX2, NEON) divide GPT-2's widths without a rest: 64 a head, 768, 2304, 3072, 50304.
///
/// Measured with 6 × 64, 8 × 48 and 12 × 32 floats on a Zen 5 core: each reaches 97 to 99 % of the peak at depths from
/// 64 to 768; so does 6 × 16 of AVX2's.
struct ProductKernel: Sendable {
  private let table: ck_product

  init(_ table: ck_product) { self.table = table }

  /// Rows of a tile, and of a panel of the left factor.
  var rows: Int { Int(table.rows) }
  /// Columns of a tile, and of a panel of the right factor.
  var columns: Int { Int(table.columns) }
  /// Words that a panel of the left factor takes at each word of depth.
  var rowStep: Int { Int(table.row_step) }
  /// Values in a word.
  var depthPerWord: Int { Int(table.depth_per_word) }
  /// How a word holds values, and what the words of a panel are a multiple of, as attention's kernels want it told.
  var words: Int32 { table.words }
  var wordGrain: Int32 { table.word_grain }

  /// Words of a panel's line, of which those beyond the depth are 0.
  func words(depth: Int) -> Int {
    let (words, grain) = ((depth + depthPerWord - 1) / depthPerWord, Int(wordGrain))
    return (words + grain - 1) / grain * grain
  }

  /// Panels of a left factor of so many rows.
  func panels(rows: Int) -> Int { (rows + self.rows - 1) / self.rows }

  /// Columns rounded up to whole panels.
  func wholePanels(columns: Int) -> Int { (columns + self.columns - 1) / self.columns * self.columns }

  /// Packs a whole left factor: (panels, words, rowStep).
  func packLeft(_ source: Operand, into panels: UnsafeMutablePointer<Float>, words: Int) {
    table.pack_left(source.rowLines, panels, words)
  }

  /// Packs a whole right factor: (panels, words, columns).
  func packRight(_ source: Operand, into panels: UnsafeMutablePointer<Float>, words: Int) {
    packRight(source.columnLines, into: panels, words: words)
  }

  /// The same, for lines in any format without blocks.
  func packRight(_ lines: ck_lines, into panels: UnsafeMutablePointer<Float>, words: Int) {
    table.pack_right(lines, panels, words, columns, words * columns)
  }

  /// Packs a whole right factor as rows of words, `step` apart: (words, step). Its panels lie side by side.
  func packRightInRows(_ source: Operand, into rows: UnsafeMutablePointer<Float>, words: Int, step: Int) {
    table.pack_right(source.columnLines, rows, words, step, columns)
  }

  /// Packs some depths, whole blocks of them, of repacked rows, which are the columns.
  func packRight(
    _ weight: RepackedWeights, _ lines: Range<Int>, _ depths: Range<Int>,
    into panels: UnsafeMutablePointer<Float>, words: Int
  ) {
    let (group, block, blockBytes) = (PanelLayout.rows, weight.layout.blockValues, weight.layout.blockBytes)
    precondition(lines.lowerBound % group == 0, "begins within a panel")
    precondition(depths.lowerBound % block == 0 && depths.count % block == 0, "begins or ends within a block")
    for first in stride(from: 0, to: lines.count, by: group) {
      let source = weight.base + (lines.lowerBound + first) / group * weight.panelBytes
      table.pack_panel(
        weight.layout.index, source + depths.lowerBound / block * blockBytes, depths.count / block,
        panels + first / columns * columns * words + first % columns, columns)
    }
  }

  /// c = scale · left · right plus what the output adds.
  ///
  /// - Parameters:
  ///   - left: (panels, leftWords, rowStep), of which the first `words` words of each panel are used.
  ///   - ahead: What will be packed next: its cache lines are asked for in the meantime.
  func multiply(
    _ left: UnsafePointer<Float>, leftWords: Int, _ right: ck_right, words: Int, rows: Int, columns: Int,
    into output: ck_output, ahead: ck_ahead = ck_ahead()
  ) {
    table.multiply(left, leftWords * rowStep, right, words, rows, columns, output, ahead)
  }
}

/// The loop whose speed is a product's peak: its multiplications and additions in registers alone.
package struct PeakLoop: Sendable {
  fileprivate let table: ck_product

  /// Two a multiplication and addition.
  package var operationsPerRound: Int { Int(table.peak_operations) }

  /// Runs so many rounds, of a = a + x·y (where that is not one instruction, a = a·x + y) and of a = a + x·y + x·y on
  /// pairs, and returns a value that depends on all of them. The chains begin with 0, 1, 2, … in each of their lanes.
  package func run(_ rounds: Int, _ x: Float, _ y: Float) -> Float { table.peak(rounds, x, y) }
}

extension KernelSet {
  /// Where OpenBLAS multiplies, with instructions that it chooses, the most that any set does here.
  package func peakLoop(of precision: Precision) -> PeakLoop {
    let kernels = name == .openBLAS && precision == .fp32 ? .fastest : self
    return kernels.product(precision).peakLoop
  }

  /// Whether bf16 is multiplied as such, and not widened.
  package var multipliesPairs: Bool { product(.bf16).words == CK_PAIRS }
}

extension ProductKernel {
  fileprivate var peakLoop: PeakLoop { PeakLoop(table: table) }
}

extension Operand {
  /// A left factor's rows.
  fileprivate var rowLines: ck_lines { lines(adjacent: transposed) }
  /// A right factor's columns.
  fileprivate var columnLines: ck_lines { lines(adjacent: !transposed) }

  private func lines(adjacent: Bool) -> ck_lines {
    ck_lines(
      base: matrix.base, lines: adjacent ? matrix.columns : matrix.rows,
      depth: adjacent ? matrix.rows : matrix.columns, stride: matrix.stride * MemoryLayout<Float>.stride,
      type: Int32(CK_FP32), adjacent: adjacent ? 1 : 0)
  }
}

extension ck_right {
  /// Panels one after the other: (panels, words, columns).
  init(panels: UnsafePointer<Float>, words: Int, of kernel: ProductKernel) {
    self.init(base: panels, step: kernel.columns, panel: words * kernel.columns)
  }

  /// Panels side by side: (words, step).
  init(rows: UnsafePointer<Float>, step: Int, of kernel: ProductKernel) {
    self.init(base: rows, step: step, panel: kernel.columns)
  }
}

extension ck_output {
  /// - Parameter isFirst: Whether c is still to be written; from then on it is added to.
  init(_ c: Matrix, _ epilogue: Epilogue, isFirst: Bool) {
    let addend = isFirst ? epilogue.addend : c
    self.init(
      c: c.base, stride: c.stride, scale: epilogue.scale, addend: addend.map { UnsafePointer($0.base) },
      addend_stride: addend?.stride ?? 0, bias: isFirst ? epilogue.bias.map { UnsafePointer($0.base) } : nil)
  }
}

extension ck_ahead {
  init(_ matrix: Matrix?) {
    guard let matrix else {
      self.init()
      return
    }
    let size = MemoryLayout<Float>.stride
    self.init(
      base: matrix.base, stride: matrix.stride * size, rows: matrix.rows, bytes: matrix.columns * size)
  }
}
