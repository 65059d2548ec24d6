import CGPT2Kernels

/// A product by packed panels: the five loops of BLIS (Van Zee and van de Geijn 2015) around the micro-kernel.
///
/// The left factor is packed first, once, by all threads. Then c is cut into blocks, handed out one by one; each
/// packs its band of the right factor, a block of depths at a time, so that the band stays in the second-level
/// cache, and multiplies.
struct PackedProduct {
  let a: Operand  // (rows, k)
  let b: RightFactor  // (k, columns)
  let c: Matrix  // (rows, columns)
  let epilogue: Epilogue
  let kernel: ProductKernel
  let workers: Workers
  var caches = Processor.current.caches

  private var kc: Int { LeftChunk.blockWords * kernel.depthPerWord }

  func run() {
    let k = a.columns
    guard c.count > 0 else { return }
    let chunk = LeftChunk(rows: c.rows, k: k, kernel, caches)
    for rowStart in stride(from: 0, to: c.rows, by: chunk.rows) {
      let rows = rowStart..<min(c.rows, rowStart + chunk.rows)
      // A product of depth 0 is all zeros, which one empty chunk writes.
      for start in stride(from: 0, to: max(1, k), by: chunk.depths) {
        multiply(rows, start..<min(k, start + chunk.depths))
      }
    }
  }

  /// Adds the product over a range of depths to some rows of c; the first range writes them.
  private func multiply(_ rows: Range<Int>, _ depths: Range<Int>) {
    workers.withScratch(LeftPanels.count(kernel, rows: rows.count, k: depths.count, kc: kc)) { memory in
      let panels = LeftPanels(kernel: kernel, memory: memory, rows: rows.count, k: depths.count, kc: kc)
      pack(a.rows(rows).columns(depths), into: panels)
      let cut = ProductCut(
        rows: rows.count, columns: c.columns, k: depths.count, threads: workers.count, kernel, caches)
      workers.run(parts: cut.count) { part in
        let (blockRows, columns) = cut[part]
        let next = part + workers.count
        let block = Block(
          rows: blockRows, columns: columns, nextColumns: next < cut.count ? cut[next].columns : nil)
        multiply(block, of: rows, depths, by: panels)
      }
    }
  }

  private func pack(_ source: Operand, into panels: LeftPanels) {
    let share = panels.share(of: source, threads: workers.count)
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

  private func multiply(_ block: Block, of rows: Range<Int>, _ depths: Range<Int>, by panels: LeftPanels) {
    let target = c.rows(rows).rows(block.rows).columns(block.columns)
    let epilogue = epilogue.rows(rows).block(block.rows, block.columns)
    let b = b.rows(depths)
    let isFirst = depths.lowerBound == 0
    let width = kernel.wholePanels(columns: block.columns.count)
    workers.withScratch(width * kernel.words(depth: kc)) { memory in
      for index in 0..<panels.blocks {
        let (depths, words) = (panels.depths(of: index), panels.words(of: index))
        b.columns(block.columns).rows(depths).pack(into: memory, words: words, for: kernel)
        let next =
          index + 1 < panels.blocks
          ? b.columns(block.columns).rows(panels.depths(of: index + 1))
          : block.nextColumns.map { b.columns($0).rows(panels.depths(of: 0)) }
        kernel.multiply(
          panels.block(index, from: block.rows.lowerBound), leftWords: words,
          ck_right(panels: memory, words: words, of: kernel), words: words, rows: block.rows.count,
          columns: block.columns.count, into: ck_output(target, epilogue, isFirst: isFirst && index == 0),
          ahead: ck_ahead(next?.prefetchable))
      }
    }
    if depths.upperBound == a.columns { epilogue.finish(target, workers.kernels) }
  }
}
