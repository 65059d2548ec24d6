/// How much of the left factor is packed at a time.
struct PackedChunks {
  let rows: Int
  let words: Int

  /// Words of both factors that a block goes through at a time. A panel of the right factor is then 64 KiB, one
  /// of the left 8 KiB.
  static let blockWords = 256
  /// Words of the left factor that are packed at once: 4 MiB.
  static let mostWords = 1 << 20
  /// Fewer rows than this would not repay packing the right factor.
  static let fewestRows = 768
  /// Words that a thread packs at a time.
  static let packingPart = 1 << 15

  init(rows: Int, words: Int) {
    let most = Self.mostWords * RowPanels.lines / RowPanels.step
    let fitting = max(Self.fewestRows, most / max(1, words))
    // Even shares, each of whole panels.
    let shares = (rows + fitting - 1) / fitting
    let share = (rows + shares - 1) / shares
    self.rows = min(rows, (share + RowPanels.lines - 1) / RowPanels.lines * RowPanels.lines)
    let wordShares = (words * self.rows + most - 1) / most
    let wordShare = wordShares == 0 ? 1 : (words + wordShares - 1) / wordShares
    self.words = max(1, (wordShare + Self.blockWords - 1) / Self.blockWords * Self.blockWords)
  }
}

/// The blocks of c that are handed out.
struct PackedBlocks {
  private let rows: Int
  private let columns: Int
  private let blockRows: Int
  private let blockColumns: Int
  private let across: Int

  /// Rows of a block at most: enough to repay packing the right factor for it, few enough for many threads.
  private static let mostRows = 1020
  /// Columns of a block at most: two wide panels.
  private static let mostColumns = 128
  /// Multiplications that are worth a thread's while.
  private static let smallestWork = 1 << 22
  private static let enoughBlocks = 12

  init(rows: Int, columns: Int, depth: Int, width: Int) {
    self.rows = rows
    self.columns = columns
    let shares = (rows + Self.mostRows - 1) / Self.mostRows
    let lines = RowPanels.lines
    blockRows = ((rows + shares - 1) / shares + lines - 1) / lines * lines
    let panelWork = blockRows * width * max(1, depth)
    let panels = (columns + width - 1) / width
    let worthwhile = (Self.smallestWork + panelWork - 1) / panelWork
    let balanced = max(1, panels / Self.enoughBlocks)
    blockColumns = min(max(worthwhile, min(balanced, Self.mostColumns / width)), panels) * width
    across = (columns + blockColumns - 1) / blockColumns
  }

  var count: Int { (rows + blockRows - 1) / blockRows * across }

  /// Blocks side by side share rows of the left factor, so they follow one another.
  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (row, column) = (index / across * blockRows, index % across * blockColumns)
    return (row..<min(rows, row + blockRows), column..<min(columns, column + blockColumns))
  }
}
