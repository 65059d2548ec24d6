/// Where a packed left factor lies: one block of depths after the other, each with all its panels of six rows,
/// so that a pass over a block's panels reads memory from front to back.
struct LeftPanels<Format: PanelFormat> {
  let memory: UnsafeMutablePointer<Float>  // (blocks, panels, words, 8)
  let rows: Int
  let depth: Int
  /// Depths of a block; the last may have fewer.
  let blockDepth: Int

  private typealias Pack = Packing<Format>

  var panels: Int { Self.panels(rows: rows) }
  var blocks: Int { max(1, (depth + blockDepth - 1) / blockDepth) }

  func depths(of block: Int) -> Range<Int> {
    block * blockDepth..<min(depth, (block + 1) * blockDepth)
  }

  /// The panels of a block from the one on that begins with row `row`.
  func block(_ block: Int, from row: Int = 0) -> UnsafeMutablePointer<Float> {
    let before = block * Pack.words(depth: blockDepth) * panels
    return memory + (before + row / RowPanels.lines * words(of: block)) * RowPanels.step
  }

  /// Words of a block's panels.
  func words(of block: Int) -> Int { Pack.words(depth: depths(of: block).count) }

  /// Packs some panels' rows of a block; `source` is the whole factor.
  func pack(_ source: Operand, block: Int, panels: Range<Int>) {
    let first = panels.lowerBound * RowPanels.lines
    let rows = first..<min(rows, panels.upperBound * RowPanels.lines)
    Pack.packRows(source.rows(rows).columns(depths(of: block)), into: self.block(block, from: first))
  }

  /// Packs the whole factor on the calling thread.
  func packAll(_ source: Operand) {
    for block in 0..<blocks { pack(source, block: block, panels: 0..<panels) }
  }

  static func panels(rows: Int) -> Int { (rows + RowPanels.lines - 1) / RowPanels.lines }

  /// Words that such a factor takes, however it is cut.
  static func words(rows: Int, depth: Int) -> Int {
    panels(rows: rows) * Pack.words(depth: depth) * RowPanels.step
  }
}
