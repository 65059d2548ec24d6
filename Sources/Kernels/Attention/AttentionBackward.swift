import CGPT2Kernels

/// One head's backward pass over a sequence of t positions, block of queries by block of keys, with P = exp(S − L) computed again (Dao et al.
/// 2022, algorithm 4). Blocks of queries go from the last, which sees all keys: it writes the gradients of keys
/// and values, and the others add to them.
struct AttentionBackward {
  private typealias Blocks = AttentionBlocks

  let blocks: AttentionBlocks
  let output: Matrix  // (t, h)
  let outputGradient: Matrix  // (t, h)
  let logSumExp: UnsafeMutableBufferPointer<Float>  // (t)
  let gradient: AttentionHead

  private var head: AttentionHead { blocks.head }
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
    let keys: LeftPanels
    let values: LeftPanels
    let keyChannels: LeftPanels

    init(_ blocks: Blocks, in memory: UnsafeMutablePointer<Float>) {
      let length = blocks.head.keys.rows
      let words = blocks.panelCount(keys: length)
      keys = blocks.keyRows(memory, keys: length)
      values = blocks.keyRows(memory + words, keys: length)
      keyChannels = blocks.channelRows(memory + 2 * words, keys: length)
    }

    static func count(_ blocks: Blocks) -> Int { 3 * blocks.panelCount(keys: blocks.head.keys.rows) }
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
      scoreGradients = probabilities + blocks.scoreCount
      left = scoreGradients + blocks.scoreCount
      queryGradient = left + sizes.left
      logSumExp = queryGradient + blocks.headRows * Blocks.queries
      dots = logSumExp + Blocks.queries
    }

    private static func sizes(_ blocks: Blocks) -> (columns: Int, rows: Int, left: Int) {
      let kernel = blocks.kernel
      return (
        blocks.headWords * Blocks.queries,
        kernel.words(depth: Blocks.queries) * kernel.wholePanels(columns: blocks.headSize),
        LeftPanels.count(kernel, rows: Blocks.keys, k: Blocks.queries, kc: Blocks.queries)
      )
    }

    static func count(_ blocks: Blocks) -> Int {
      let sizes = sizes(blocks)
      return 2 * (sizes.columns + sizes.rows + blocks.scoreCount) + sizes.left
        + (blocks.headRows + 2) * Blocks.queries
    }
  }

  private func run(_ queries: Range<Int>, _ panels: Panels, _ buffers: Buffers) {
    let (query, outputGradient) = (head.queries.rows(queries), outputGradient.rows(queries))
    let words = blocks.kernel.words(depth: queries.count)
    blocks.packColumns(Operand(query, transposed: true), into: buffers.queryColumns)
    blocks.packColumns(Operand(outputGradient, transposed: true), into: buffers.gradientColumns)
    blocks.kernel.packRight(Operand(query), into: buffers.queries, words: words)
    blocks.kernel.packRight(Operand(outputGradient), into: buffers.gradients, words: words)
    for lane in 0..<Blocks.queries {
      let position = min(queries.lowerBound + lane, queries.upperBound - 1)
      buffers.logSumExp[lane] = logSumExp[position]
      buffers.dots[lane] = blocks.kernels.table.dot(
        self.outputGradient.base + position * self.outputGradient.stride,
        output.base + position * output.stride, output.columns)
    }
    for start in stride(from: 0, to: queries.upperBound, by: Blocks.keys) {
      run(queries, keys: start..<min(queries.upperBound, start + Blocks.keys), panels, buffers)
    }
    blocks.writeRows(buffers.queryGradient, to: gradient.queries.rows(queries))
  }

  private func run(_ queries: Range<Int>, keys: Range<Int>, _ panels: Panels, _ buffers: Buffers) {
    let isFirst = queries.upperBound == length
    blocks.multiply(
      panels.keys, keys: keys, buffers.queryColumns, scale: head.scale, into: buffers.probabilities)
    // dP = dO·Vᵀ, which becomes dS in place, as S becomes P.
    blocks.multiply(
      panels.values, keys: keys, buffers.gradientColumns, scale: 1, into: buffers.scoreGradients)
    let scores = blocks.scores(keys, firstQuery: queries.lowerBound)
    blocks.kernels.table.attention_backward(
      buffers.probabilities, buffers.scoreGradients, scores, buffers.logSumExp, buffers.dots)
    // dV = Pᵀ·dO, dK = dSᵀ·Q/√h
    sumOverQueries(
      buffers.probabilities, keys, queries, buffers.gradients, buffers.left, scale: 1, into: gradient.values,
      accumulating: !isFirst)
    sumOverQueries(
      buffers.scoreGradients, keys, queries, buffers.queries, buffers.left, scale: head.scale,
      into: gradient.keys, accumulating: !isFirst)
    // dQ = dS·K/√h
    blocks.kernels.table.attention_words(
      buffers.scoreGradients, scores, blocks.kernel.words, blocks.kernel.wordGrain)
    blocks.sum(
      panels.keyChannels, keys: keys, buffers.scoreGradients, scale: head.scale,
      into: buffers.queryGradient, accumulating: keys.lowerBound > 0)
  }

  /// Adds weightsᵀ · right to the rows of `output` that are the block's keys.
  private func sumOverQueries(
    _ weights: UnsafeMutablePointer<Float>,  // (keys, queries)
    _ keys: Range<Int>, _ queries: Range<Int>,
    _ right: UnsafePointer<Float>,  // words of (queries, h)
    _ left: UnsafeMutablePointer<Float>,
    scale: Float, into output: Matrix,  // (t, h)
    accumulating: Bool
  ) {
    let weights = Matrix(weights, rows: keys.count, columns: queries.count, stride: Blocks.queries)
    let words = blocks.kernel.words(depth: queries.count)
    blocks.kernel.packLeft(Operand(weights), into: left, words: words)
    blocks.kernel.multiply(
      left, leftWords: words, ck_right(panels: right, words: words, of: blocks.kernel), words: words,
      rows: keys.count, columns: output.columns,
      into: ck_output(output.rows(keys), Epilogue(scale: scale), isFirst: !accumulating))
  }
}
