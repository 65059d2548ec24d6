/// The only file that names a BLAS symbol: Accelerate's on Apple's systems, OpenBLAS's elsewhere.
#if canImport(Accelerate)
  import Accelerate
#elseif OpenBLAS
  import GPT2Platform
#endif

#if canImport(Accelerate)
  enum BLAS {
    static var isOpenBLAS: Bool { false }
    static var isThere: Bool { true }

    /// c = scale · a · b, or c += scale · a · b, on the calling thread.
    static func gemm(_ a: Operand, _ b: Operand, scale: Float, into c: Matrix, accumulating: Bool) {
      precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
      guard c.count > 0 else { return }
      cblas_sgemm(
        CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
        Int32(c.rows), Int32(c.columns), Int32(a.columns), scale,
        a.matrix.base, leadingDimension(a.matrix), b.matrix.base, leadingDimension(b.matrix),
        accumulating ? 1 : 0, c.base, leadingDimension(c))
    }

    private static func leadingDimension(_ matrix: Matrix) -> Int32 { Int32(max(1, matrix.stride)) }
  }
#elseif OpenBLAS
  /// OpenBLAS is opened when the first product asks for it, and not with the program: as it is loaded it starts threads and
  /// takes memory, and where there is little of that, its threads never end.
  enum BLAS {
    static var isOpenBLAS: Bool { true }
    /// Whether it can be opened. To ask opens it.
    static var isThere: Bool { multiply != nil }

    /// As cblas.h has it: order, transpositions, m, n, k, α, a, its stride, b, its stride, β, c, its stride.
    private typealias Multiply =
      @convention(c) (
        Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>?, Int32, UnsafePointer<Float>?,
        Int32, Float, UnsafeMutablePointer<Float>?, Int32
      ) -> Void

    // cblas.h's numbers.
    private static let (rowMajor, asItIs, transposed): (Int32, Int32, Int32) = (101, 111, 112)
    private static let libraries = ["libopenblas.so.0", "libopenblas.so"]
    private static let threads = "OPENBLAS_NUM_THREADS"
    /// What it takes of addresses; with less it looks for memory without an end.
    private static let addresses = 512 << 20

    /// Its own threads spin beside ours, so it gets one: it reads how many as it is loaded.
    private static let multiply: Multiply? = {
      guard MachineMemory.has(addresses) else { return nil }
      let given = System.environment(threads)
      setenv(threads, "1", 1)
      defer { if let given { setenv(threads, given, 1) } else { unsetenv(threads) } }
      for name in libraries {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
        guard let symbol = dlsym(library, "cblas_sgemm") else { continue }
        return unsafeBitCast(symbol, to: Multiply.self)
      }
      return nil
    }()

    /// c = scale · a · b, or c += scale · a · b, on the calling thread.
    static func gemm(_ a: Operand, _ b: Operand, scale: Float, into c: Matrix, accumulating: Bool) {
      precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
      guard c.count > 0 else { return }
      guard let multiply else { preconditionFailure("OpenBLAS was chosen and cannot be opened") }
      multiply(
        rowMajor, a.transposed ? transposed : asItIs, b.transposed ? transposed : asItIs,
        Int32(c.rows), Int32(c.columns), Int32(a.columns), scale,
        a.matrix.base, leadingDimension(a.matrix), b.matrix.base, leadingDimension(b.matrix),
        accumulating ? 1 : 0, c.base, leadingDimension(c))
    }

    private static func leadingDimension(_ matrix: Matrix) -> Int32 { Int32(max(1, matrix.stride)) }
  }
#else
  /// The package was built without its trait "OpenBLAS".
  enum BLAS {
    static var isOpenBLAS: Bool { false }
    static var isThere: Bool { false }

    static func gemm(_ a: Operand, _ b: Operand, scale: Float, into c: Matrix, accumulating: Bool) {
      preconditionFailure("a product was asked of a BLAS that the program has not")
    }
  }
#endif
