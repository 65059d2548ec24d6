/// c = op(a) · op(b), where op reads a matrix as stored or transposed: three loops that cost nearly all the time.
public enum Matmul {
  /// c = op(a) · op(b), or c += op(a) · op(b).
  public static func multiply(
    _ a: Matrix, transposed aTransposed: Bool, _ b: Matrix, transposed bTransposed: Bool,
    into c: Matrix, accumulating: Bool, precision: Precision = .fp32, on workers: Workers
  ) {
    Product.multiply(
      Operand(a, transposed: aTransposed), Operand(b, transposed: bTransposed), into: c,
      ends: ProductEnds(addend: accumulating ? c : nil), precision: precision, on: workers)
  }

  /// c = scale · op(a) · op(b), or c += …, on the calling thread: for use inside a task.
  public static func multiplySerially(
    _ a: Matrix, transposed aTransposed: Bool, _ b: Matrix, transposed bTransposed: Bool,
    scale: Float = 1, into c: Matrix, accumulating: Bool
  ) {
    BLAS.gemm(
      Operand(a, transposed: aTransposed), Operand(b, transposed: bTransposed),
      scale: scale, into: c, accumulating: accumulating)
  }
}
