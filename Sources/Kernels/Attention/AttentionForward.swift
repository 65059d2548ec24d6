import CGPT2Kernels

/// One head's forward pass over some queries of a sequence of t positions: FlashAttention's recurrence (Dao et al. 2022, algorithm 1).
///
/// Block of keys after block of keys, for each query: with m the largest score so far and l the sum of
/// exp(S − m), a block with a larger m′ scales what there is by exp(m − m′) first.
struct AttentionForward {
  private typealias Blocks = AttentionBlocks

  private let blocks: Blocks
  /// Of the first row of queries and outputs: there are keys before it where a sequence is read on.
  private let firstPosition: Int
  private let output: Matrix  // (queries, h)
  private let logSumExp: UnsafeMutableBufferPointer<Float>  // (queries)

  init(
    _ head: AttentionHead, from firstPosition: Int = 0, into output: Matrix,
    logSumExp: UnsafeMutableBufferPointer<Float>, precision: Precision, kernels: KernelSet
  ) {
    blocks = Blocks(head: head, precision: precision, kernels: kernels)
    self.firstPosition = firstPosition
    self.output = output
    self.logSumExp = logSumExp
  }

  /// - Parameter queries: Rows of them.
  func run(_ queries: Range<Int>, on workers: Workers) {
    let keyCount = firstPosition + queries.upperBound
    let words = blocks.panelCount(keys: keyCount)
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
      output = scores + blocks.scoreCount
      largest = output + blocks.headRows * Blocks.queries
      sums = largest + Blocks.queries
    }

    static func count(_ blocks: Blocks) -> Int {
      (blocks.headWords + blocks.headRows + 2) * Blocks.queries + blocks.scoreCount
    }
  }

  private func run(
    _ queries: Range<Int>, _ keys: LeftPanels, _ values: LeftPanels, _ buffers: Buffers
  ) {
    blocks.packColumns(Operand(blocks.head.queries.rows(queries), transposed: true), into: buffers.queries)
    buffers.largest.update(repeating: -.infinity, count: Blocks.queries)
    buffers.sums.update(repeating: 0, count: Blocks.queries)
    let (first, end) = (firstPosition + queries.lowerBound, firstPosition + queries.upperBound)
    for start in stride(from: 0, to: end, by: Blocks.keys) {
      let block = start..<min(end, start + Blocks.keys)
      blocks.multiply(
        keys, keys: block, buffers.queries, scale: blocks.head.scale, into: buffers.scores)
      // Scores become words of exp(S − m), and m, l and the output follow.
      blocks.kernels.table.attention_exponentiate(
        buffers.scores, blocks.scores(block, firstQuery: first), buffers.largest, buffers.sums,
        buffers.output, blocks.headSize, start == 0 ? 1 : 0, blocks.kernel.words, blocks.kernel.wordGrain)
      blocks.sum(
        values, keys: block, buffers.scores, scale: 1, into: buffers.output,
        accumulating: start > 0)
    }
    finish(queries, buffers)
  }

  /// O = O / l, back in rows of channels; L = m + log l.
  private func finish(_ queries: Range<Int>, _ buffers: Buffers) {
    let output = output.rows(queries)
    blocks.writeRows(buffers.output, to: output)
    for (lane, query) in queries.enumerated() {
      blocks.kernels.table.scale(output.base + lane * output.stride, 1 / buffers.sums[lane], output.columns)
      logSumExp[query] = buffers.largest[lane] + ScalarMath.log(buffers.sums[lane])
    }
  }
}
