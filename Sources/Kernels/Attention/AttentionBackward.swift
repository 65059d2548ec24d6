/// One head's backward pass, block of queries by block of keys, with P = exp(S − L) computed again (Dao et al.
/// 2022, algorithm 4). Blocks of queries go from the last, which sees all keys: it writes the gradients of keys
/// and values, and the others add to them.
struct AttentionBackward<Row: TileRow, Format: PanelFormat> {
  private typealias Blocks = AttentionBlocks<Row, Format>
  private typealias Pack = Packing<Format>
  private typealias TileLoops = PackedTiles<Row, Format>

  let head: AttentionHead
  let output: Matrix  // (T, h)
  let outputGradient: Matrix  // (T, h)
  let logSumExp: UnsafeMutableBufferPointer<Float>  // (T)
  let gradient: AttentionHead

  private var blocks: Blocks { Blocks(head: head) }
  private var length: Int { head.queries.rows }

  func run(on workers: Workers) {
    workers.withScratch(Panels.count(blocks)) { memory in
      let panels = Panels(blocks, in: memory)
      panels.keys.packAll(Operand(head.keys))
      panels.values.packAll(Operand(head.values))
      panels.keyChannels.packAll(Operand(head.keys, transposed: true))
      workers.withScratch(Buffers.count(blocks)) { scratch in
        let buffers = Buffers(blocks, in: scratch)
        for start in stride(from: 0, to: length, by: Blocks.queries).reversed() {
          run(start..<min(length, start + Blocks.queries), panels, buffers)
        }
      }
    }
  }

  /// The head's keys and values, packed for all blocks of queries.
  private struct Panels {
    let keys: LeftPanels<Format>
    let values: LeftPanels<Format>
    let keyChannels: LeftPanels<Format>

    init(_ blocks: Blocks, in memory: UnsafeMutablePointer<Float>) {
      let length = blocks.head.keys.rows
      let words = blocks.panelWords(keys: length)
      keys = blocks.keyRows(memory, keys: length)
      values = blocks.keyRows(memory + words, keys: length)
      keyChannels = blocks.channelRows(memory + 2 * words, keys: length)
    }

    static func count(_ blocks: Blocks) -> Int { 3 * blocks.panelWords(keys: blocks.head.keys.rows) }
  }

  /// What a block of queries needs.
  private struct Buffers {
    let queryColumns: UnsafeMutablePointer<Float>  // words of Qᵀ, (h, queries)
    let gradientColumns: UnsafeMutablePointer<Float>  // words of dOᵀ, (h, queries)
    let queries: UnsafeMutablePointer<Float>  // words of Q, (queries, h rounded up to whole tiles)
    let gradients: UnsafeMutablePointer<Float>  // words of dO, the same
    let probabilities: UnsafeMutablePointer<Float>  // S, then P: (keys, queries)
    let scoreGradients: UnsafeMutablePointer<Float>  // dP, then dS: (keys, queries)
    let left: UnsafeMutablePointer<Float>  // panels of P or dS, rows are keys, depth is queries
    let queryGradient: UnsafeMutablePointer<Float>  // dQᵀ, (h, queries)
    let logSumExp: UnsafeMutablePointer<Float>  // L, (queries)
    let dots: UnsafeMutablePointer<Float>  // D, (queries)

    init(_ blocks: Blocks, in scratch: UnsafeMutablePointer<Float>) {
      let sizes = Self.sizes(blocks)
      queryColumns = scratch
      gradientColumns = queryColumns + sizes.columns
      queries = gradientColumns + sizes.columns
      gradients = queries + sizes.rows
      probabilities = gradients + sizes.rows
      scoreGradients = probabilities + sizes.scores
      left = scoreGradients + sizes.scores
      queryGradient = left + sizes.left
      logSumExp = queryGradient + blocks.headRows * Blocks.queries
      dots = logSumExp + Blocks.queries
    }

    private static func sizes(_ blocks: Blocks) -> (columns: Int, rows: Int, scores: Int, left: Int) {
      let queryWords = Pack.words(depth: Blocks.queries)
      let width = (blocks.headSize + Row.width - 1) / Row.width * Row.width
      return (
        blocks.headWords * Blocks.queries, queryWords * width, Blocks.keys * Blocks.queries,
        LeftPanels<Format>.words(rows: Blocks.keys, depth: Blocks.queries)
      )
    }

    static func count(_ blocks: Blocks) -> Int {
      let sizes = sizes(blocks)
      return 2 * (sizes.columns + sizes.rows + sizes.scores) + sizes.left
        + (blocks.headRows + 2) * Blocks.queries
    }
  }

  private func run(_ queries: Range<Int>, _ panels: Panels, _ buffers: Buffers) {
    let (query, outputGradient) = (head.queries.rows(queries), outputGradient.rows(queries))
    Pack.packColumns(Operand(query, transposed: true), into: buffers.queryColumns, as: Row.self)
    Pack.packColumns(Operand(outputGradient, transposed: true), into: buffers.gradientColumns, as: Row.self)
    Pack.packColumns(Operand(query), into: buffers.queries, as: Row.self)
    Pack.packColumns(Operand(outputGradient), into: buffers.gradients, as: Row.self)
    for lane in 0..<Blocks.queries {
      let position = min(queries.lowerBound + lane, queries.upperBound - 1)
      buffers.logSumExp[lane] = logSumExp[position]
      buffers.dots[lane] = Vectors.dot(
        self.outputGradient.base + position * self.outputGradient.stride,
        output.base + position * output.stride, count: output.columns)
    }
    for start in stride(from: 0, to: queries.upperBound, by: Blocks.keys) {
      run(queries, keys: start..<min(queries.upperBound, start + Blocks.keys), panels, buffers)
    }
    Transposition.copy(
      Matrix(
        buffers.queryGradient, rows: head.queries.columns, columns: queries.count, stride: Blocks.queries),
      into: gradient.queries.rows(queries))
  }

  private func run(_ queries: Range<Int>, keys: Range<Int>, _ panels: Panels, _ buffers: Buffers) {
    let blocks = blocks
    let isFirst = queries.upperBound == length
    blocks.multiply(
      panels.keys, keys: keys, buffers.queryColumns, scale: head.scale, into: buffers.probabilities)
    // dP = dO·Vᵀ, which becomes dS in place, as S becomes P.
    blocks.multiply(
      panels.values, keys: keys, buffers.gradientColumns, scale: 1, into: buffers.scoreGradients)
    Blocks.forEachVector { lane in
      softmaxBackward(keys, from: queries.lowerBound + lane, lane: lane, buffers)
    }
    // dV = Pᵀ·dO, dK = dSᵀ·Q/√h
    sumOverQueries(
      buffers.probabilities, keys, queries, buffers.gradients, buffers.left, scale: 1, into: gradient.values,
      accumulating: !isFirst)
    sumOverQueries(
      buffers.scoreGradients, keys, queries, buffers.queries, buffers.left, scale: head.scale,
      into: gradient.keys, accumulating: !isFirst)
    // dQ = dS·K/√h
    Blocks.forEachVector { lane in toWords(buffers.scoreGradients + lane, keys.count) }
    blocks.sum(
      panels.keyChannels, keys: keys, buffers.scoreGradients, scale: head.scale,
      into: buffers.queryGradient, accumulating: keys.lowerBound > 0)
  }

  /// S becomes P = exp(S − L), and dP becomes dS = P∘(dP − D); both 0 where the key comes after the query.
  @inline(__always)
  private func softmaxBackward(_ keys: Range<Int>, from query: Int, lane: Int, _ buffers: Buffers) {
    let (scores, gradients) = (buffers.probabilities + lane, buffers.scoreGradients + lane)
    let logSumExp = Vectors.load(buffers.logSumExp + lane, 16)
    let dots = Vectors.load(buffers.dots + lane, 16)
    for row in 0..<keys.count {
      let offset = row * Blocks.queries
      var p = VectorMath.exp(Vectors.load(scores + offset, 16) - logSumExp)
      if keys.lowerBound + row > query {
        p.replace(with: 0, where: Blocks.hidden(keys.lowerBound + row, from: query))
      }
      let dS = p * (Vectors.load(gradients + offset, 16) - dots)
      Vectors.store(p, to: scores + offset, 16)
      Vectors.store(dS, to: gradients + offset, 16)
    }
  }

  /// Adds weightsᵀ · right to the rows of `output` that are the block's keys.
  private func sumOverQueries(
    _ weights: UnsafeMutablePointer<Float>,  // (keys, queries)
    _ keys: Range<Int>, _ queries: Range<Int>,
    _ right: UnsafePointer<Float>,  // words of (queries, h)
    _ left: UnsafeMutablePointer<Float>,
    scale: Float, into output: Matrix,  // (T, h)
    accumulating: Bool
  ) {
    let weights = Matrix(weights, rows: keys.count, columns: queries.count, stride: Blocks.queries)
    Pack.packRows(Operand(weights), into: left)
    let words = Pack.words(depth: queries.count)
    TileLoops.multiply(
      left, aWords: words, right, words: words, rows: keys.count, columns: output.columns,
      into: TileOutput(
        output.rows(keys), Epilogue(scale: scale), isFirst: !accumulating))
  }

  /// Turns rows of sixteen values into words, in place: a word is written after what it is made of is read.
  @inline(__always)
  private func toWords(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    guard Format.depthPerWord > 1 else { return }
    for word in 0..<Pack.words(depth: count) {
      let row = word * Format.depthPerWord
      let first = Vectors.load(values + row * Blocks.queries, 16)
      let second = row + 1 < count ? Vectors.load(values + (row + 1) * Blocks.queries, 16) : .zero
      Vectors.store(Format.words(first, second), to: values + word * Blocks.queries, 16)
    }
  }
}
