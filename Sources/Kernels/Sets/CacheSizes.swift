import CGPT2Kernels

/// Bytes of the caches that one core reads through, as the processor reports them.
///
/// Block sizes follow from them, but for the depth that is summed at a time: on that the bits of a product depend.
struct CacheSizes: Equatable, Sendable {
  /// For data.
  var first = 32 << 10
  var second = 512 << 10
  /// Shared by some cores; 0 if there is none.
  var third = 0

  init() {}

  #if arch(x86_64)
    /// Intel tells in CPUID's leaf 4, AMD in leaf 8000001D, in the same form.
    init(vendor: Vendor) {
      let leaf: UInt32 = vendor == .amd ? 0x8000_001D : 4
      for index in UInt32(0)..<8 {
        let answer = ck_cpuid(leaf, index)
        let kind = answer.eax & 0x1F
        if kind == 0 { break }
        // Ways, partitions, bytes of a line and sets, each less one. Kind 2 holds instructions.
        let ways = Int(answer.ebx >> 22) + 1
        let partitions = Int(answer.ebx >> 12 & 0x3FF) + 1
        let line = Int(answer.ebx & 0xFFF) + 1
        let bytes = ways * partitions * line * (Int(answer.ecx) + 1)
        switch (answer.eax >> 5 & 7, kind) {
        // No real one is smaller: whoever reports less does not know.
        case (1, 1), (1, 3): first = max(8 << 10, bytes)
        case (2, 1), (2, 3): second = max(128 << 10, bytes)
        case (3, 1), (3, 3): third = bytes
        default: break
        }
      }
    }
  #endif
}
