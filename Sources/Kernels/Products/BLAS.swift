/// The only file that names a BLAS symbol: Accelerate's on Apple's systems, OpenBLAS's elsewhere.
#if canImport(Accelerate)
  import Accelerate
#elseif OpenBLAS
  import COpenBLAS
#endif

#if canImport(Accelerate) || OpenBLAS
  enum BLAS {
    static var isAvailable: Bool { true }
    #if canImport(Accelerate)
      static var isOpenBLAS: Bool { false }
    #else
      static var isOpenBLAS: Bool { true }
    #endif

    /// OpenBLAS's own threads spin beside ours, so it gets one; asked for once, before the first product.
    private static let isReady: Bool = {
      #if !canImport(Accelerate)
        openblas_set_num_threads(1)
      #endif
      return true
    }()

    /// c = scale · a · b, or c += scale · a · b, on the calling thread.
    static func gemm(_ a: Operand, _ b: Operand, scale: Float, into c: Matrix, accumulating: Bool) {
      precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
      precondition(isReady)
      guard c.count > 0 else { return }
      cblas_sgemm(
        CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
        Int32(c.rows), Int32(c.columns), Int32(a.columns), scale,
        a.matrix.base, leadingDimension(a.matrix), b.matrix.base, leadingDimension(b.matrix),
        accumulating ? 1 : 0, c.base, leadingDimension(c))
    }

    private static func leadingDimension(_ matrix: Matrix) -> Int32 { Int32(max(1, matrix.stride)) }
  }
#else
  /// The package was built without its trait "OpenBLAS".
  enum BLAS {
    static var isAvailable: Bool { false }
    static var isOpenBLAS: Bool { false }

    static func gemm(_ a: Operand, _ b: Operand, scale: Float, into c: Matrix, accumulating: Bool) {
      preconditionFailure("a product was asked of a BLAS that the program has not")
    }
  }
#endif
