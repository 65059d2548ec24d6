extension Matmul {
  /// Who computes the products of a precision on this target: "own kernels", "OpenBLAS" or "Accelerate".
  public static func provider(of precision: Precision) -> String {
    switch Product.engine(for: precision) {
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
