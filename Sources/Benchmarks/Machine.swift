import CKernels
import Kernels
import Platform

/// Where and how the program that takes the figures runs.
public struct Machine: Encodable, Sendable {
  /// As the processor names itself.
  public let processor: String
  public let activeProcessors: Int
  /// What the program was compiled for: "AVX-512", "bf16", "FMA", as far as the target has them.
  public let instructions: [String]
  /// Who computes the matrix products.
  public let matrixProduct: String
  /// Whether the program was compiled with optimisation; without, its figures mean nothing.
  public let isOptimised: Bool

  /// - Parameter precision: Of the products.
  public init(_ precision: Precision) {
    processor = System.processorName
    activeProcessors = Workers.activeProcessorCount
    let features = [
      ("AVX-512", CKERNELS_HAS_AVX512), ("bf16", CKERNELS_HAS_AVX512_BF16), ("FMA", CKERNELS_HAS_FMA),
    ]
    instructions = features.filter { $0.1 != 0 }.map(\.0)
    matrixProduct = Matmul.provider(of: precision)
    #if DEBUG
      isOptimised = false
    #else
      isOptimised = true
    #endif
  }
}
