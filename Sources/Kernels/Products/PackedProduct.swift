/// A product by packed panels: the five loops of BLIS (Van Zee and van de Geijn 2015) around the micro-kernel.
///
/// The left factor is packed first, once, by all threads. Then c is cut into blocks, handed out one by one; each
/// packs its band of the right factor, a block of depths at a time, so that the band stays in the second-level
/// cache, and multiplies. The cut follows from the shape alone.
struct PackedProduct<Row: TileRow, Format: PanelFormat> {
  let a: Operand  // (rows, depth)
  let b: RightFactor  // (depth, columns)
  let c: Matrix  // (rows, columns)
  let epilogue: Epilogue
  let workers: Workers

  private typealias Pack = Packing<Format>
  private typealias TileLoops = PackedTiles<Row, Format>

  private static var blockDepth: Int { PackedChunks.blockWords * Format.depthPerWord }

  func run() {
    let depth = a.columns
    guard c.count > 0 else { return }
    let chunk = PackedChunks(rows: c.rows, words: Pack.words(depth: depth))
    let chunkDepth = chunk.words * Format.depthPerWord
    for rowStart in stride(from: 0, to: c.rows, by: chunk.rows) {
      let rows = rowStart..<min(c.rows, rowStart + chunk.rows)
      // A product of depth 0 is all zeros, which one empty chunk writes.
      for start in stride(from: 0, to: max(1, depth), by: chunkDepth) {
        multiply(rows, start..<min(depth, start + chunkDepth))
      }
    }
  }

  /// Adds the product over a range of depths to some rows of c; the first range writes them.
  private func multiply(_ rows: Range<Int>, _ depths: Range<Int>) {
    workers.withScratch(LeftPanels<Format>.words(rows: rows.count, depth: depths.count)) { memory in
      let panels = LeftPanels<Format>(
        memory: memory, rows: rows.count, depth: depths.count, blockDepth: Self.blockDepth)
      pack(a.rows(rows).columns(depths), into: panels)
      let blocks = PackedBlocks(rows: rows.count, columns: c.columns, depth: depths.count, width: Row.width)
      workers.run(parts: blocks.count) { part in
        let (blockRows, columns) = blocks[part]
        let next = part + workers.count
        let block = Block(
          rows: blockRows, columns: columns, nextColumns: next < blocks.count ? blocks[next].columns : nil)
        multiply(block, of: rows, depths, by: panels)
      }
    }
  }

  private func pack(_ source: Operand, into panels: LeftPanels<Format>) {
    let blockWords = panels.words(of: 0) * RowPanels.step
    // Whole groups of the panels that are packed side by side.
    let share = max(8, PackedChunks.packingPart / max(1, blockWords) / 8 * 8)
    let shares = (panels.panels + share - 1) / share
    workers.run(parts: panels.blocks * shares) { part in
      let (block, index) = part.quotientAndRemainder(dividingBy: shares)
      panels.pack(
        source, block: block, panels: index * share..<min(panels.panels, (index + 1) * share))
    }
  }

  /// A block of c, counted from the chunk's first row, and the columns of the one this thread is likely to get
  /// next.
  private struct Block {
    let rows: Range<Int>
    let columns: Range<Int>
    let nextColumns: Range<Int>?
  }

  private func multiply(
    _ block: Block, of rows: Range<Int>, _ depths: Range<Int>, by panels: LeftPanels<Format>
  ) {
    let target = c.rows(rows).rows(block.rows).columns(block.columns)
    let epilogue = epilogue.rows(rows).block(block.rows, block.columns)
    let b = b.rows(depths)
    let isFirst = depths.lowerBound == 0
    let width = (block.columns.count + Row.width - 1) / Row.width * Row.width
    workers.withScratch(width * PackedChunks.blockWords) { bPanels in
      for index in 0..<panels.blocks {
        let depths = panels.depths(of: index)
        b.columns(block.columns).rows(depths).pack(into: bPanels, as: Row.self, Format.self)
        let next =
          index + 1 < panels.blocks
          ? b.columns(block.columns).rows(panels.depths(of: index + 1))
          : block.nextColumns.map { b.columns($0).rows(panels.depths(of: 0)) }
        TileLoops.multiply(
          panels.block(index, from: block.rows.lowerBound), aWords: panels.words(of: index), bPanels,
          words: panels.words(of: index), rows: block.rows.count, columns: block.columns.count,
          into: TileOutput(target, epilogue, isFirst: isFirst && index == 0), prefetching: next?.prefetchable)
      }
    }
    if depths.upperBound == a.columns { epilogue.finish(target) }
  }
}
