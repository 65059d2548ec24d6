/// Where a packed left factor lies: one block of depths after the other, each with all its panels of rows, so that a
/// pass over a block's panels reads memory from front to back.
struct LeftPanels {
  let kernel: ProductKernel
  let memory: UnsafeMutablePointer<Float>  // (blocks, panels, words, rowStep)
  let rows: Int
  let k: Int
  /// Depths of a block; the last may have fewer.
  let kc: Int

  var panels: Int { kernel.panels(rows: rows) }
  var blocks: Int { max(1, (k + kc - 1) / kc) }

  func depths(of block: Int) -> Range<Int> { block * kc..<min(k, (block + 1) * kc) }

  /// The panels of a block from the one on that begins with row `row`.
  func block(_ block: Int, from row: Int = 0) -> UnsafeMutablePointer<Float> {
    let before = block * kernel.words(depth: kc) * panels
    return memory + (before + row / kernel.rows * words(of: block)) * kernel.rowStep
  }

  /// Words of a block's panels.
  func words(of block: Int) -> Int { kernel.words(depth: depths(of: block).count) }

  /// Floats that a thread packs at a time, if there are enough of them for all threads.
  private static let packingPart = 1 << 15

  /// How many panels of a block of depths a thread packs at a time: few enough for each thread to get some, twice over
  /// where that can be. With 256 rows and 768 depths there would else be two parts of AMX's tall panels for 16 threads.
  func share(of source: Operand, threads: Int) -> Int {
    // Where rows lie side by side, so many panels are whole cache lines of them; else sixteen rows are packed together.
    let group =
      source.transposed ? (1...16).first { $0 * kernel.rows % 16 == 0 } ?? 16 : max(1, 16 / kernel.rows)
    let fitting = Self.packingPart / max(1, words(of: 0) * kernel.rowStep)
    let fair = panels * blocks / (2 * threads)
    return max(1, min(fitting, fair) / group) * group
  }

  /// Packs some panels' rows of a block; `source` is the whole factor.
  func pack(_ source: Operand, block: Int, panels: Range<Int>) {
    let first = panels.lowerBound * kernel.rows
    let rows = first..<min(rows, panels.upperBound * kernel.rows)
    kernel.packLeft(
      source.rows(rows).columns(depths(of: block)), into: self.block(block, from: first),
      words: words(of: block))
  }

  /// Packs the whole factor on the calling thread.
  func packAll(_ source: Operand) {
    for block in 0..<blocks { pack(source, block: block, panels: 0..<panels) }
  }

  /// Floats of memory that such a factor takes.
  static func count(_ kernel: ProductKernel, rows: Int, k: Int, kc: Int) -> Int {
    let words = k / kc * kernel.words(depth: kc) + kernel.words(depth: k % kc)
    return kernel.panels(rows: rows) * words * kernel.rowStep
  }
}
