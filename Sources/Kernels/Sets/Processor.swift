import CGPT2Kernels

/// What the processor that the program runs on has, as far as kernels depend on it; asked for once.
///
/// Instructions count only where the system saves their registers too (Intel's manual, volume 1, 13.3): a virtual
/// machine may have the first without the second.
struct Processor: Sendable {
  /// Fused multiplication and addition on eight floats, and fp16 (Haswell, Zen, and later).
  var hasAVX2 = false
  /// Thirty-two registers of sixteen floats, with words and bytes (Skylake-X, Zen 4, and later).
  var hasAVX512 = false
  /// Products of bfloat16 pairs and of bytes besides.
  var hasAVX512BF16 = false
  /// Whether a bfloat16 pair's product takes no longer than an fp32 product. Intel's takes four times as long.
  var multipliesBF16Fast = false
  /// Eight tiles of a kibibyte for bfloat16 (Sapphire Rapids and later).
  var amx = Tiles.missing
  /// arm64's dot products of bytes (Cortex-A55, Apple's M1, Graviton 2, and later).
  var hasDotProducts = false
  var caches = CacheSizes()

  /// Whether AMX's tiles can be used. Linux saves them only for a process that asks, and may refuse it.
  enum Tiles: Equatable, Sendable {
    case missing
    /// With the error's number.
    case refused(Int)
    case granted
  }

  static let current = Processor.detected()

  private static func detected() -> Processor {
    #if arch(x86_64)
      return x86()
    #else
      var result = Processor()
      result.hasDotProducts = ck_has_dot_products() != 0
      return result
    #endif
  }

  #if arch(x86_64)
    private static func x86() -> Processor {
      var result = Processor()
      let vendor = Vendor()
      result.caches = CacheSizes(vendor: vendor)
      let basic = ck_cpuid(1, 0).ecx
      let (avx2, avx512, amx) = savedRegisters(basic)
      let (extended, more) = (ck_cpuid(7, 0), ck_cpuid(7, 1))
      result.hasAVX2 = avx2 && basic.has(.fma, .f16c) && extended.ebx.has(.avx2, .bmi1, .bmi2)
      result.hasAVX512 =
        result.hasAVX2 && avx512 && extended.ebx.has(.avx512f, .avx512dq, .avx512bw, .avx512vl)
      result.hasAVX512BF16 = result.hasAVX512 && extended.ecx.has(.avx512vnni) && more.eax.has(.avx512bf16)
      result.multipliesBF16Fast = vendor != .intel
      if result.hasAVX512BF16 && amx && extended.edx.has(.amxTile, .amxBF16) {
        let answer = ck_request_tiles()
        result.amx = answer == 0 ? .granted : .refused(-answer)
      }
      return result
    }

    /// Whether the system saves the registers of AVX2, of AVX-512, and of AMX.
    private static func savedRegisters(_ basic: UInt32) -> (avx2: Bool, avx512: Bool, amx: Bool) {
      guard basic.has(.osxsave) else { return (false, false, false) }
      let saved = ck_saved_registers()
      let avx2 = saved & 0x6 == 0x6
      return (avx2, avx2 && saved & 0xE0 == 0xE0, saved & 0x6_0000 == 0x6_0000)
    }
  #endif
}

/// Who made the processor.
enum Vendor: Sendable {
  case intel, amd, other

  /// By the twelve letters of CPUID's first leaf, of which the first four tell.
  init() {
    switch ck_cpuid(0, 0).ebx {
    case 0x756E_6547: self = .intel  // "Genu"ineIntel
    case 0x6874_7541, 0x6F67_7948: self = .amd  // "Auth"enticAMD, "Hygo"nGenuine
    default: self = .other
    }
  }
}

/// A bit of one of CPUID's registers.
private struct Feature {
  let bit: UInt32

  static let fma = Feature(bit: 12), osxsave = Feature(bit: 27), f16c = Feature(bit: 29)  // Leaf 1, ECX.
  static let bmi1 = Feature(bit: 3), avx2 = Feature(bit: 5), bmi2 = Feature(bit: 8)  // Leaf 7, EBX.
  static let avx512f = Feature(bit: 16), avx512dq = Feature(bit: 17)
  static let avx512bw = Feature(bit: 30), avx512vl = Feature(bit: 31)
  static let avx512vnni = Feature(bit: 11)  // Leaf 7, ECX.
  static let amxBF16 = Feature(bit: 22), amxTile = Feature(bit: 24)  // Leaf 7, EDX.
  static let avx512bf16 = Feature(bit: 5)  // Leaf 7.1, EAX.
}

extension UInt32 {
  fileprivate func has(_ features: Feature...) -> Bool {
    features.allSatisfy { self >> $0.bit & 1 == 1 }
  }
}
