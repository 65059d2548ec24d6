/// Where each head lies in the matrices that attention reads and writes.
struct AttentionShape {
  let batchSize: Int
  let sequenceLength: Int
  let channels: Int
  let heads: Int

  init(_ qkv: Matrix, batchSize: Int, heads: Int) {
    precondition(batchSize > 0 && qkv.rows % batchSize == 0, "no whole number of sequences")
    precondition(heads > 0 && qkv.columns % (3 * heads) == 0, "no whole number of channels a head")
    self.batchSize = batchSize
    self.heads = heads
    sequenceLength = qkv.rows / batchSize
    channels = qkv.columns / 3
  }

  /// Whether a matrix is (B·T, parts·C).
  func fits(_ matrix: Matrix, parts: Int) -> Bool {
    matrix.rows == batchSize * sequenceLength && matrix.columns == parts * channels
  }

  /// Whether a matrix is (B·NH, T).
  func fits(logSumExp matrix: Matrix) -> Bool {
    matrix.rows == batchSize * heads && matrix.columns == sequenceLength
  }

  /// The queries, keys and values of head `index` in `0..<B·NH`, sequence by sequence.
  func head(_ index: Int, of qkv: Matrix) -> AttentionHead {
    AttentionHead(
      queries: head(index, of: qkv, part: 0), keys: head(index, of: qkv, part: 1),
      values: head(index, of: qkv, part: 2))
  }

  /// A head's columns within part `part` of C columns, for the rows of its sequence.
  func head(_ index: Int, of matrix: Matrix, part: Int) -> Matrix {
    let (sequence, head, size) = (index / heads, index % heads, channels / heads)
    let rows = sequence * sequenceLength..<(sequence + 1) * sequenceLength
    let first = part * channels + head * size
    return matrix.rows(rows).columns(first..<first + size)
  }
}

/// Views of one head's queries, keys and values, or of their gradients.
struct AttentionHead {
  let queries: Matrix  // (T, h)
  let keys: Matrix  // (T, h)
  let values: Matrix  // (T, h)

  /// 1/√h.
  var scale: Float { 1 / Float(queries.columns).squareRoot() }
}
