extension Matmul {
  /// Who computes the products of a precision: "own kernels", "OpenBLAS" or "Accelerate".
  package static func provider(of precision: Precision, with kernels: KernelSet) -> String {
    switch Product.engine(for: precision, of: kernels) {
    case .packed: return "own kernels"
    case .blas:
      #if canImport(Accelerate)
        return "Accelerate"
      #else
        return "OpenBLAS"
      #endif
    }
  }
}
