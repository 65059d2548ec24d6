import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
    processor = Self.processorName
    activeProcessors = Workers.activeProcessorCount
    self.kernels = kernels.name.rawValue
    matrixProduct = Matmul.provider(of: precision, with: kernels)
    #if DEBUG
      isOptimised = false
    #else
      isOptimised = true
    #endif
  }

  #if os(Linux)
    private static var processorName: String {
      guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 1024)
      while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
        return String(text[text.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\n" })
      }
      return "unknown"
    }
  #else
    private static var processorName: String {
      var text = [CChar](repeating: 0, count: 256)
      var length = text.count
      guard sysctlbyname("machdep.cpu.brand_string", &text, &length, nil, 0) == 0 else { return "unknown" }
      return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  #endif
}
