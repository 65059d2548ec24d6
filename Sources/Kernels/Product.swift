/// c = scale · a · b with what its ends add, by one of the ways there are.
struct Product {
  let a: Operand  // (rows, depth)
  let b: RightFactor  // (depth, columns)
  let c: Matrix  // (rows, columns)
  var ends = ProductEnds()

  init(a: Operand, b: RightFactor, c: Matrix, ends: ProductEnds = ProductEnds()) {
    self.a = a
    self.b = b
    self.c = c
    self.ends = ends
  }

  init(a: Operand, b: Operand, c: Matrix, ends: ProductEnds = ProductEnds()) {
    self.init(a: a, b: RightFactor(b), c: c, ends: ends)
  }

  /// A way to compute products.
  enum Engine: Hashable {
    /// Our own kernels.
    case packed(Tiles)
    /// OpenBLAS, or Accelerate on Apple's systems: single precision only.
    case blas
  }

  /// The engine that is the fastest on this target: the one place that chooses.
  ///
  /// With AVX-512 our own reaches 84 to 92 % of the peak at GPT-2's shapes, and OpenBLAS's AVX2 kernels half of it
  /// on processors with 512-bit units. With AVX2 alone the two are equally fast (110 GFLOP/s a Zen 5 core); but
  /// then the target may as well be any x86-64, where Swift's code has no fused multiply-add, and OpenBLAS finds
  /// out what the processor has when it starts. BLAS has no bfloat16, and a build may do without it.
  static func engine(for precision: Precision) -> Engine {
    TargetFeatures.hasAVX512 || precision == .bf16 || !BLAS.isAvailable ? .packed(.ofTarget) : .blas
  }

  func run(_ precision: Precision, by engine: Engine? = nil, on workers: Workers) {
    precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
    ends.checkShapes(c)
    switch (engine ?? Self.engine(for: precision), b.operand) {
    case (.blas, let b?):
      precondition(precision == .fp32, "BLAS has no product of bfloat16")
      BLASProduct(a: a, b: b, c: c, ends: ends, workers: workers).run()
    case (.blas, nil):
      // Nor does it know other formats of weights.
      Tiles.ofTarget.run(Packed(product: self, workers: workers), precision)
    case (.packed(let tiles), _):
      tiles.run(Packed(product: self, workers: workers), precision)
    }
  }

  private struct Packed: TileTask {
    let product: Product
    let workers: Workers

    func run<Row: TileRow, Format: PanelFormat>(_: Row.Type, _: Format.Type) {
      PackedProduct<Row, Format>(
        a: product.a, b: product.b, c: product.c, ends: product.ends, workers: workers
      ).run()
    }
  }
}
