/// Where each head lies in the matrices that attention reads and writes.
struct AttentionShape {
  let sequences: Sequences
  let channels: Int
  let heads: Int

  init(_ qkv: Matrix, sequences: Sequences, heads: Int) {
    precondition(qkv.rows == sequences.tokens, "no whole number of sequences")
    precondition(heads > 0 && qkv.columns % (3 * heads) == 0, "no whole number of channels a head")
    self.sequences = sequences
    self.heads = heads
    channels = qkv.columns / 3
  }

  /// Whether a matrix is (B·T, parts·C).
  func fits(_ matrix: Matrix, parts: Int) -> Bool {
    matrix.rows == sequences.tokens && matrix.columns == parts * channels
  }

  /// Whether a matrix is (B·NH, T).
  func fits(logSumExp matrix: Matrix) -> Bool {
    matrix.rows == sequences.batchSize * heads && matrix.columns == sequences.rowLength
  }

  /// The queries, keys and values of a head in one sequence.
  func head(_ head: Int, of sequence: Range<Int>, in qkv: Matrix) -> AttentionHead {
    AttentionHead(
      queries: self.head(head, of: sequence, in: qkv, part: 0),
      keys: self.head(head, of: sequence, in: qkv, part: 1),
      values: self.head(head, of: sequence, in: qkv, part: 2))
  }

  /// A head's columns within part `part` of C columns, for the rows of a sequence.
  func head(_ head: Int, of sequence: Range<Int>, in matrix: Matrix, part: Int) -> Matrix {
    let size = channels / heads
    let first = part * channels + head * size
    return matrix.rows(sequence).columns(first..<first + size)
  }

  /// A head's part of (B·NH, T), for the positions of a sequence.
  func logSumExp(_ head: Int, of sequence: Range<Int>, in matrix: Matrix) -> UnsafeMutableBufferPointer<Float>
  {
    let (row, offset) = sequence.lowerBound.quotientAndRemainder(dividingBy: sequences.rowLength)
    return UnsafeMutableBufferPointer(
      rebasing: matrix[row * heads + head][offset..<offset + sequence.count])
  }
}

/// Views of one head's queries, keys and values, or of their gradients.
struct AttentionHead {
  let queries: Matrix  // (t, h)
  let keys: Matrix  // (t, h)
  let values: Matrix  // (t, h)

  /// 1/√h.
  var scale: Float { 1 / Float(queries.columns).squareRoot() }
}
