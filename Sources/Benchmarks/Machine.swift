import GPT2Kernels
import GPT2Platform

/// Where and how the program that takes the figures runs.
package struct Machine: Encodable, Sendable {
  /// As the processor names itself.
  package let processor: String
  package let activeProcessors: Int
  /// The set of kernels, as `GPT2_KERNELS` names it.
  package let kernels: String
  /// Who computes the matrix products.
  package let matrixProduct: String
  /// Whether the program was compiled with optimisation; without, its figures mean nothing.
  package let isOptimised: Bool

  /// - Parameters:
  ///   - precision: Of the products.
  ///   - kernels: That will be measured.
  package init(_ precision: Precision, _ kernels: KernelSet) {
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
