/// c = scale · a · b with its epilogue, by one of the ways there are.
struct Product {
  let a: Operand  // (rows, k)
  let b: RightFactor  // (k, columns)
  let c: Matrix  // (rows, columns)
  var epilogue = Epilogue()

  init(a: Operand, b: RightFactor, c: Matrix, epilogue: Epilogue = Epilogue()) {
    self.a = a
    self.b = b
    self.c = c
    self.epilogue = epilogue
  }

  init(a: Operand, b: Operand, c: Matrix, epilogue: Epilogue = Epilogue()) {
    self.init(a: a, b: RightFactor(b), c: c, epilogue: epilogue)
  }

  /// A way to compute products.
  enum Engine: Sendable {
    /// Our own kernels.
    case packed(ProductKernel)
    /// OpenBLAS, or Accelerate on Apple's systems: single precision only.
    case blas
  }

  /// The engine that is the fastest in a set: the one place that chooses.
  ///
  /// Our own kernels reach 84 to 92 % of the peak at GPT-2's shapes. OpenBLAS serves the set of its name, and Accelerate
  /// all sets on Apple's systems, since it uses units that no instruction of ours reaches. BLAS has no bfloat16.
  static func engine(for precision: Precision, of kernels: KernelSet) -> Engine {
    #if canImport(Accelerate)
      let prefersBLAS = true
    #else
      let prefersBLAS = kernels.name == .openBLAS
    #endif
    return precision == .fp32 && prefersBLAS ? .blas : .packed(kernels.product(precision))
  }

  func run(_ precision: Precision, by engine: Engine? = nil, on workers: Workers) {
    precondition(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "shapes disagree")
    epilogue.checkShapes(c)
    switch (engine ?? Self.engine(for: precision, of: workers.kernels), b.operand) {
    case (.blas, let b?):
      precondition(precision == .fp32, "BLAS has no product of bfloat16")
      BLASProduct(a: a, b: b, c: c, epilogue: epilogue, workers: workers).run()
    case (.blas, nil):
      // Nor does it know other formats of weights.
      run(by: workers.kernels.product(precision), on: workers)
    case (.packed(let kernel), _):
      run(by: kernel, on: workers)
    }
  }

  private func run(by kernel: ProductKernel, on workers: Workers) {
    PackedProduct(a: a, b: b, c: c, epilogue: epilogue, kernel: kernel, workers: workers).run()
  }
}
