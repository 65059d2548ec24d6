import CGPT2Kernels

/// What both passes of attention over one head share.
///
/// Scores are kept transposed, a row for each key and a lane for each query of a block, because
/// - a block of scores is then a right factor as the micro-kernel reads one: P·V, as Oᵀ = Vᵀ·Pᵀ, takes it as it is;
/// - maxima, sums and exponentials over the keys go down the rows, sixteen queries at a time.
struct AttentionBlocks {
  let head: AttentionHead
  let kernels: KernelSet
  let kernel: ProductKernel

  /// Queries of a block: whole panels of every set, so that the bits of a sum over them are the set's own affair.
  static var queries: Int { 64 }
  /// Keys of a block: whole panels, whole pairs; with 64 queries 48 KiB of scores.
  static var keys: Int { 192 }

  init(head: AttentionHead, precision: Precision, kernels: KernelSet) {
    self.head = head
    self.kernels = kernels
    kernel = kernels.product(precision)
  }

  var headSize: Int { head.queries.columns }
  /// Words of a head's channels, as the depth of a product.
  var headWords: Int { kernel.words(depth: headSize) }
  /// The head's channels rounded up to whole panels.
  var headRows: Int { wholePanels(headSize) }
  /// Floats of a block's scores, whose rows may be rounded up to whole panels, or whole grains.
  var scoreCount: Int { max(wholePanels(Self.keys), kernel.words(depth: Self.keys)) * Self.queries }

  func wholePanels(_ rows: Int) -> Int { kernel.panels(rows: rows) * kernel.rows }

  /// Keys as rows and channels as depth: one block of depths.
  func keyRows(_ memory: UnsafeMutablePointer<Float>, keys: Int) -> LeftPanels {
    LeftPanels(kernel: kernel, memory: memory, rows: keys, k: headSize, kc: headSize)
  }

  /// Channels as rows and keys as depth, a block of keys at a time.
  func channelRows(_ memory: UnsafeMutablePointer<Float>, keys: Int) -> LeftPanels {
    LeftPanels(kernel: kernel, memory: memory, rows: headSize, k: keys, kc: Self.keys)
  }

  /// Floats of either.
  func panelCount(keys: Int) -> Int {
    max(
      LeftPanels.count(kernel, rows: keys, k: headSize, kc: headSize),
      LeftPanels.count(kernel, rows: headSize, k: keys, kc: Self.keys))
  }

  /// Packs a factor of which a block's queries are the columns, the rest of them 0: (words, queries).
  func packColumns(_ source: Operand, into target: UnsafeMutablePointer<Float>) {
    let words = kernel.words(depth: source.rows)
    if source.columns < Self.queries { target.update(repeating: 0, count: words * Self.queries) }
    kernel.packRightInRows(source, into: target, words: words, step: Self.queries)
  }

  /// S = scale · K·Qᵀ, or any such product over the head's channels, for one block.
  ///
  /// - Parameters:
  ///   - left: `keyRows` of keys or values.
  ///   - right: Words of queries or their gradients, (headWords, queries).
  ///   - scores: (keys rounded up to whole panels, queries), overwritten.
  func multiply(
    _ left: LeftPanels, keys: Range<Int>, _ right: UnsafePointer<Float>, scale: Float,
    into scores: UnsafeMutablePointer<Float>
  ) {
    kernel.multiply(
      left.block(0, from: keys.lowerBound), leftWords: headWords,
      ck_right(rows: right, step: Self.queries, of: kernel), words: headWords, rows: wholePanels(keys.count),
      columns: Self.queries,
      into: ck_output(
        c: scores, stride: Self.queries, scale: scale, addend: nil, addend_stride: 0, bias: nil))
  }

  /// Oᵀ = Vᵀ·Pᵀ, or any such sum over a block's keys.
  ///
  /// - Parameters:
  ///   - left: `channelRows` of values or keys.
  ///   - weights: Words of (keys, queries), a block of keys or its beginning.
  ///   - output: (channels rounded up to whole panels, queries): overwritten, or added to.
  func sum(
    _ left: LeftPanels, keys: Range<Int>, _ weights: UnsafePointer<Float>, scale: Float,
    into output: UnsafeMutablePointer<Float>, accumulating: Bool
  ) {
    let block = keys.lowerBound / Self.keys
    kernel.multiply(
      left.block(block), leftWords: left.words(of: block),
      ck_right(rows: weights, step: Self.queries, of: kernel), words: kernel.words(depth: keys.count),
      rows: headRows, columns: Self.queries,
      into: ck_output(
        c: output, stride: Self.queries, scale: scale, addend: accumulating ? UnsafePointer(output) : nil,
        addend_stride: Self.queries, bias: nil))
  }

  /// What the kernels are told of a block of scores.
  func scores(_ keys: Range<Int>, firstQuery: Int) -> ck_scores {
    ck_scores(keys: keys.count, queries: Self.queries, first_key: keys.lowerBound, first_query: firstQuery)
  }

  /// Writes the transpose of a block's first queries, back in rows of channels.
  func writeRows(_ values: UnsafePointer<Float>, to target: Matrix) {
    kernels.table.transpose(
      ck_lines(
        base: values, lines: target.columns, depth: target.rows,
        stride: Self.queries * MemoryLayout<Float>.stride, type: Int32(CK_FP32), adjacent: 0),
      target.base, target.stride)
  }
}
