import Kernels
import Platform

/// Where and how the program that takes the figures runs.
public struct Machine: Encodable, Sendable {
  /// As the processor names itself.
  public let processor: String
  public let activeProcessors: Int
  /// The set of kernels, as `GPT2_KERNELS` names it.
  public let kernels: String
  /// Who computes the matrix products.
  public let matrixProduct: String
  /// Whether the program was compiled with optimisation; without, its figures mean nothing.
  public let isOptimised: Bool

  /// - Parameters:
  ///   - precision: Of the products.
  ///   - kernels: That will be measured.
  public init(_ precision: Precision, _ kernels: KernelSet) {
    processor = System.processorName
    activeProcessors = Workers.activeProcessorCount
    self.kernels = kernels.name.rawValue
    matrixProduct = Matmul.provider(of: precision, with: kernels)
    #if DEBUG
      isOptimised = false
    #else
      isOptimised = true
    #endif
  }
}
