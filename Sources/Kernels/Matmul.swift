/// c = op(a) · op(b), where op reads a matrix as stored or transposed: three loops that cost nearly all the time.
public enum Matmul {
  /// c = op(a) · op(b), or c += op(a) · op(b).
  public static func multiply(
    _ a: Matrix, transposed aTransposed: Bool, _ b: Matrix, transposed bTransposed: Bool,
    into c: Matrix, accumulating: Bool, on workers: Workers
  ) {
    let a = BLAS.Operand(matrix: a, transposed: aTransposed)
    let b = BLAS.Operand(matrix: b, transposed: bTransposed)
    precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
    MatmulBands(rows: c.rows, columns: c.columns, depth: a.columns).run(on: workers) { rows, columns in
      BLAS.gemm(
        a.rows(rows), b.columns(columns), scale: 1, into: c.rows(rows).columns(columns),
        accumulating: accumulating)
    }
  }

  /// c = scale · op(a) · op(b), or c += …, on the calling thread: for use inside a task.
  public static func multiplySerially(
    _ a: Matrix, transposed aTransposed: Bool, _ b: Matrix, transposed bTransposed: Bool,
    scale: Float = 1, into c: Matrix, accumulating: Bool
  ) {
    BLAS.gemm(
      BLAS.Operand(matrix: a, transposed: aTransposed), BLAS.Operand(matrix: b, transposed: bTransposed),
      scale: scale, into: c, accumulating: accumulating)
  }
}
