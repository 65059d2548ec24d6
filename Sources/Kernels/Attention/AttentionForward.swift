/// One head's forward pass over some of its queries: FlashAttention's recurrence (Dao et al. 2022, algorithm 1).
///
/// Block of keys after block of keys, for each query: with m the largest score so far and l the sum of
/// exp(S − m), a block with a larger m′ scales what there is by exp(m − m′) first.
struct AttentionForward<Row: TileRow, Format: PanelFormat> {
  private typealias Blocks = AttentionBlocks<Row, Format>
  private typealias Pack = Packing<Format>

  private let blocks: Blocks
  private let output: Matrix  // (T, h)
  private let logSumExp: UnsafeMutableBufferPointer<Float>  // (T)

  init(_ head: AttentionHead, into output: Matrix, logSumExp: UnsafeMutableBufferPointer<Float>) {
    blocks = Blocks(head: head)
    self.output = output
    self.logSumExp = logSumExp
  }

  func run(_ queries: Range<Int>, on workers: Workers) {
    let keyCount = queries.upperBound
    let words = blocks.panelWords(keys: keyCount)
    workers.withScratch(2 * words) { memory in
      let keys = blocks.keyRows(memory, keys: keyCount)
      keys.packAll(Operand(blocks.head.keys.rows(0..<keyCount)))
      let values = blocks.channelRows(memory + words, keys: keyCount)
      values.packAll(Operand(blocks.head.values.rows(0..<keyCount), transposed: true))
      workers.withScratch(Buffers.count(blocks)) { scratch in
        let buffers = Buffers(blocks, in: scratch)
        for start in stride(from: queries.lowerBound, to: queries.upperBound, by: Blocks.queries) {
          let block = start..<min(queries.upperBound, start + Blocks.queries)
          run(block, keys, values, buffers)
        }
      }
    }
  }

  /// What a block of queries needs.
  private struct Buffers {
    let queries: UnsafeMutablePointer<Float>  // words of (h, queries)
    let scores: UnsafeMutablePointer<Float>  // (keys, queries)
    let output: UnsafeMutablePointer<Float>  // (h, queries)
    let largest: UnsafeMutablePointer<Float>  // (queries)
    let sums: UnsafeMutablePointer<Float>  // (queries)

    init(_ blocks: Blocks, in scratch: UnsafeMutablePointer<Float>) {
      queries = scratch
      scores = queries + blocks.headWords * Blocks.queries
      output = scores + Blocks.keys * Blocks.queries
      largest = output + blocks.headRows * Blocks.queries
      sums = largest + Blocks.queries
    }

    static func count(_ blocks: Blocks) -> Int {
      (blocks.headWords + Blocks.keys + blocks.headRows + 2) * Blocks.queries
    }
  }

  private func run(
    _ queries: Range<Int>, _ keys: LeftPanels<Format>, _ values: LeftPanels<Format>, _ buffers: Buffers
  ) {
    Pack.packColumns(
      Operand(blocks.head.queries.rows(queries), transposed: true), into: buffers.queries, as: Row.self)
    buffers.largest.update(repeating: -.infinity, count: Blocks.queries)
    buffers.sums.update(repeating: 0, count: Blocks.queries)
    for start in stride(from: 0, to: queries.upperBound, by: Blocks.keys) {
      let block = start..<min(queries.upperBound, start + Blocks.keys)
      blocks.multiply(
        keys, keys: block, buffers.queries, scale: blocks.head.scale, into: buffers.scores)
      Blocks.forEachVector { lane in
        exponentiate(block, from: queries.lowerBound + lane, lane: lane, buffers, isFirst: start == 0)
      }
      blocks.sum(
        values, keys: block, buffers.scores, scale: 1, into: buffers.output,
        accumulating: start > 0)
    }
    finish(queries, buffers)
  }

  /// Turns scores of sixteen queries into words of exp(S − m), and brings m, l and the output up to date.
  @inline(__always)
  private func exponentiate(_ keys: Range<Int>, from query: Int, lane: Int, _ buffers: Buffers, isFirst: Bool)
  {
    let scores = buffers.scores + lane
    let before = Vectors.load(buffers.largest + lane, 16)
    var largest = before
    for row in 0..<keys.count {
      var score = Vectors.load(scores + row * Blocks.queries, 16)
      if keys.lowerBound + row > query {
        score.replace(with: -.infinity, where: Blocks.hidden(keys.lowerBound + row, from: query))
        Vectors.store(score, to: scores + row * Blocks.queries, 16)
      }
      largest = Vectors.larger(largest, score)
    }
    let correction = VectorMath.exp(before - largest)
    var sum = Vectors.load(buffers.sums + lane, 16) * correction
    for word in 0..<Pack.words(depth: keys.count) {
      let row = word * Format.depthPerWord
      let first = VectorMath.exp(Vectors.load(scores + row * Blocks.queries, 16) - largest)
      var second = Vector.zero
      sum += first
      if Format.depthPerWord > 1, row + 1 < keys.count {
        second = VectorMath.exp(Vectors.load(scores + (row + 1) * Blocks.queries, 16) - largest)
        sum += second
      }
      Vectors.store(Format.words(first, second), to: scores + word * Blocks.queries, 16)
    }
    Vectors.store(largest, to: buffers.largest + lane, 16)
    Vectors.store(sum, to: buffers.sums + lane, 16)
    if !isFirst { scale(buffers.output + lane, by: correction) }
  }

  @inline(__always)
  private func scale(_ output: UnsafeMutablePointer<Float>, by factors: Vector) {
    for channel in 0..<blocks.headSize {
      let values = output + channel * Blocks.queries
      Vectors.store(Vectors.load(values, 16) * factors, to: values, 16)
    }
  }

  /// O = O / l, back in rows of channels; L = m + log l.
  private func finish(_ queries: Range<Int>, _ buffers: Buffers) {
    Blocks.forEachVector { lane in
      scale(buffers.output + lane, by: 1 / Vectors.load(buffers.sums + lane, 16))
    }
    Transposition.copy(
      Matrix(buffers.output, rows: blocks.headSize, columns: queries.count, stride: Blocks.queries),
      into: output.rows(queries))
    for (lane, query) in queries.enumerated() {
      logSumExp[query] = buffers.largest[lane] + ScalarMath.log(buffers.sums[lane])
    }
  }
}
