/// c = scale · a · b with what its ends add, by one of the ways there are.
enum Product {
  /// A way to compute products.
  enum Engine: CaseIterable {
    /// Our own kernels with tiles of 6 × 64, for 32 registers of 16 floats.
    case wide
    /// The same with tiles of 6 × 16, for AVX2 and NEON.
    case narrow
    /// OpenBLAS, or Accelerate on Apple's systems: single precision only.
    case blas
  }

  /// The engine that is the fastest on this target: the one place that chooses.
  ///
  /// With AVX-512 our own reaches over 90 % of the peak, and OpenBLAS's AVX2 kernels less than half of it on
  /// processors with 512-bit units. Without, the target may be a build for any x86-64, where Swift's code has no
  /// fused multiply-add, but OpenBLAS finds out what the processor has when it starts. BLAS has no bfloat16.
  static func engine(for precision: Precision) -> Engine {
    if TargetFeatures.hasAVX512 { return .wide }
    return precision == .fp32 ? .blas : .narrow
  }

  static func multiply(
    _ a: Operand,  // (rows, depth)
    _ b: Operand,  // (depth, columns)
    into c: Matrix,  // (rows, columns)
    ends: ProductEnds = ProductEnds(),
    precision: Precision,
    engine: Engine? = nil,
    on workers: Workers
  ) {
    precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
    ends.checkShapes(c)
    switch (engine ?? Self.engine(for: precision), precision) {
    case (.wide, .fp32):
      PackedProduct<WideRow, SinglePrecision>(a: a, b: b, c: c, ends: ends, workers: workers).run()
    case (.wide, .bf16):
      PackedProduct<WideRow, BFloat16Pairs>(a: a, b: b, c: c, ends: ends, workers: workers).run()
    case (.narrow, .fp32):
      PackedProduct<NarrowRow, SinglePrecision>(a: a, b: b, c: c, ends: ends, workers: workers).run()
    case (.narrow, .bf16):
      PackedProduct<NarrowRow, BFloat16Pairs>(a: a, b: b, c: c, ends: ends, workers: workers).run()
    case (.blas, .fp32):
      BLASProduct(a: a, b: b, c: c, ends: ends, workers: workers).run()
    case (.blas, .bf16):
      preconditionFailure("BLAS has no product of bfloat16")
    }
  }
}
