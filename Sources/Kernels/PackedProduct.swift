/// A product by packed panels: the five loops of BLIS (Van Zee and van de Geijn 2015) around the micro-kernel.
///
/// The left factor is packed first, once, by all threads. Then c is cut into blocks, handed out one by one; each
/// packs its band of the right factor, `blockWords` deep at a time, so that the band stays in the second-level
/// cache, and multiplies. The cut follows from the shape alone.
struct PackedProduct<Row: TileRow, Format: PanelFormat> {
  let a: Operand  // (rows, depth)
  let b: Operand  // (depth, columns)
  let c: Matrix  // (rows, columns)
  let ends: ProductEnds
  let workers: Workers

  private typealias Pack = Packing<Format>
  private typealias TileLoops = PackedTiles<Row, Format>

  func run() {
    let depth = a.columns
    guard c.count > 0 else { return }
    let chunk = PackedChunks(rows: c.rows, words: Pack.words(depth: depth))
    for rowStart in stride(from: 0, to: c.rows, by: chunk.rows) {
      let rows = rowStart..<min(c.rows, rowStart + chunk.rows)
      let chunkDepth = chunk.words * Format.depthPerWord
      // A product of depth 0 is all zeros, which one empty chunk writes.
      for start in stride(from: 0, to: max(1, depth), by: chunkDepth) {
        multiply(rows, start..<min(depth, start + chunkDepth), isFirst: start == 0)
      }
    }
  }

  /// Adds the product over a range of depths to some rows of c; the first range writes them.
  private func multiply(_ rows: Range<Int>, _ depths: Range<Int>, isFirst: Bool) {
    let a = self.a.rows(rows).columns(depths)
    let aWords = Pack.words(depth: depths.count)
    let panelCount = (rows.count + RowPanels.lines - 1) / RowPanels.lines
    workers.withScratch(panelCount * aWords * RowPanels.step) { aPanels in
      let panelsPerPart = max(8, PackedChunks.packingPart / max(1, aWords * RowPanels.step) / 8 * 8)
      workers.run(over: panelCount, inRangesOf: panelsPerPart) { panels in
        let part = panels.lowerBound * RowPanels.lines..<min(rows.count, panels.upperBound * RowPanels.lines)
        Pack.packRows(a.rows(part), into: aPanels + panels.lowerBound * aWords * RowPanels.step)
      }
      let blocks = PackedBlocks(rows: rows.count, columns: c.columns, depth: depths.count, width: Row.width)
      workers.run(parts: blocks.count) { part in
        let (blockRows, columns) = blocks[part]
        multiplyBlock(
          aPanels + blockRows.lowerBound / RowPanels.lines * aWords * RowPanels.step, aWords: aWords,
          rows: blockRows.lowerBound + rows.lowerBound..<blockRows.upperBound + rows.lowerBound,
          columns: columns, depths: depths, isFirst: isFirst,
          next: part + workers.count < blocks.count ? blocks[part + workers.count].columns : nil)
      }
    }
  }

  private func multiplyBlock(
    _ aPanels: UnsafePointer<Float>, aWords: Int, rows: Range<Int>, columns: Range<Int>, depths: Range<Int>,
    isFirst: Bool, next: Range<Int>?
  ) {
    let target = c.rows(rows).columns(columns)
    let ends = ends.block(rows, columns)
    let b = self.b.rows(depths).columns(columns)
    let blockDepth = PackedChunks.blockWords * Format.depthPerWord
    let width = (columns.count + Row.width - 1) / Row.width * Row.width
    workers.withScratch(width * PackedChunks.blockWords) { bPanels in
      for start in stride(from: 0, to: max(1, depths.count), by: blockDepth) {
        let block = start..<min(depths.count, start + blockDepth)
        let following = block.upperBound..<min(depths.count, block.upperBound + blockDepth)
        let nextSource =
          following.isEmpty
          ? next.map { self.b.rows(depths).columns($0).rows(0..<min(depths.count, blockDepth)).matrix }
          : b.rows(following).matrix
        Pack.packColumns(b.rows(block), into: bPanels, as: Row.self)
        TileLoops.multiply(
          aPanels + start / Format.depthPerWord * RowPanels.step, aWords: aWords, bPanels,
          words: Pack.words(depth: block.count), rows: rows.count, columns: columns.count,
          into: TileOutput(target, ends, isFirst: isFirst && start == 0),
          prefetching: nextSource)
      }
    }
    if depths.upperBound == a.columns { ends.finish(target) }
  }
}
