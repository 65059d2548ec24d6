/// The blocks of c that are handed out to threads.
///
/// A block packs its own columns of the right factor, a block of depths at a time, and multiplies them by its rows of
/// the left one. The cut is the one whose last block is estimated to end first. It depends on the number of threads,
/// but no value of c does: each is the same sum, whatever block it is in.
struct ProductCut {
  private let rows: Int
  private let columns: Int
  /// mc: rows of a block.
  let blockRows: Int
  /// nc: columns of a block.
  let blockColumns: Int
  private let across: Int

  /// Rows of a block at most: enough to repay packing the right factor for it, few enough for many threads.
  private static let mostRows = 1020
  /// What packing a column of the right factor costs, in rows that could be multiplied by it meanwhile.
  private static let packingRows = 14.0
  /// What reading a row of the left factor again costs, in columns that it could be multiplied by meanwhile.
  private static let readingColumns = 3.0
  /// What handing out a block costs, in multiplications.
  private static let handingOut = 60_000.0

  init(
    rows: Int, columns: Int, k: Int, threads: Int, _ kernel: ProductKernel,
    _ caches: CacheSizes = Processor.current.caches
  ) {
    self.rows = rows
    self.columns = columns
    let panels = (columns + kernel.columns - 1) / kernel.columns
    let rowPanels = kernel.panels(rows: rows)
    // A block's columns of the right factor take an eighth of the second-level cache: the left factor goes through it.
    let panelBytes = kernel.columns * LeftChunk.blockWords * MemoryLayout<Float>.stride
    let mostPanels = max(1, min(panels, caches.second / 8 / panelBytes))
    let fewestShares = max(1, (rows + Self.mostRows - 1) / Self.mostRows)
    var best = (cost: Double.infinity, rows: rows, columns: columns)
    for shares in fewestShares..<fewestShares + 16 where shares == fewestShares || shares <= rowPanels {
      let blockRows = (rowPanels + shares - 1) / shares * kernel.rows
      for width in stride(from: mostPanels, through: 1, by: -1) {
        let blockColumns = width * kernel.columns
        let blocks =
          (rowPanels * kernel.rows + blockRows - 1) / max(1, blockRows) * ((panels + width - 1) / width)
        let (height, breadth) = (Double(blockRows), Double(blockColumns))
        let work =
          Double(max(1, k))
          * (breadth * (height + Self.packingRows) + height * Self.readingColumns) + Self.handingOut
        // Threads end at different times: on average a quarter of a block is waited for.
        let cost = work * (Double((blocks + threads - 1) / threads) + 0.25)
        if cost < best.cost { best = (cost, blockRows, blockColumns) }
      }
    }
    blockRows = max(1, best.rows)
    blockColumns = max(1, best.columns)
    across = (columns + blockColumns - 1) / blockColumns
  }

  var count: Int { (rows + blockRows - 1) / blockRows * across }

  /// Blocks side by side share rows of the left factor, so they follow one another.
  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (row, column) = (index / across * blockRows, index % across * blockColumns)
    return (row..<min(rows, row + blockRows), column..<min(columns, column + blockColumns))
  }
}
