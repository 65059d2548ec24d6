/// c = op(a) · op(b), where op reads a matrix as stored or transposed: three loops that cost nearly all the time.
package enum Matmul {
  /// c = op(a) · op(b), or c += op(a) · op(b).
  package static func multiply(
    _ a: Matrix, transposed aTransposed: Bool, _ b: Matrix, transposed bTransposed: Bool,
    into c: Matrix, accumulating: Bool, precision: Precision = .fp32, on workers: Workers
  ) {
    Product(
      a: Operand(a, transposed: aTransposed), b: Operand(b, transposed: bTransposed), c: c,
      epilogue: Epilogue(addend: accumulating ? c : nil)
    ).run(precision, on: workers)
  }
}
