import CGPT2Kernels
import GPT2Platform

extension KernelSet {
  /// The sets that this processor can run, from the slowest to the fastest.
  package static let available: [KernelSet] = sets(for: .current)

  /// The fastest that this processor can run; OpenBLAS only if it can be opened, which is tried where it is the fastest.
  package static var fastest: KernelSet {
    let last = available[available.count - 1]
    return last.name == .openBLAS && !BLAS.isThere ? available[0] : last
  }

  /// The environment variable that names a set to run instead.
  package static let variable = "GPT2_KERNELS"

  /// The set that the environment names, or the fastest.
  ///
  /// - Throws: `KernelSetError` for a name that no set has, or that of a set that this processor lacks.
  package static func chosen(_ name: String?) throws(KernelSetError) -> KernelSet {
    guard let name, !name.isEmpty else { return fastest }
    guard let known = Name(rawValue: name) else { throw .unknown(name) }
    if let set = available.first(where: { $0.name == known }) {
      guard known != .openBLAS || BLAS.isThere else { throw .noLibrary(known) }
      return set
    }
    if known == .amx, case .refused(let number) = Processor.current.amx { throw .refused(known, number) }
    throw .unavailable(known)
  }

  /// The set that the environment names, or the fastest.
  ///
  /// - Throws: `KernelSetError`.
  package static func fromEnvironment() throws(KernelSetError) -> KernelSet {
    try chosen(getenv(variable).map { String(cString: $0) })
  }

  /// The same where nobody can be told of a wrong name: the fastest then. Commands and `GPT2Kit` ask `fromEnvironment`
  /// first.
  package static let preferred = (try? fromEnvironment()) ?? fastest

  /// The `amx` set as it would be, its instructions modelled in plain C, for tests: everything but the tiles themselves.
  package static let amxModel: KernelSet = {
    var table = ck_kernels_portable()
    table.bf16 = ck_product_amx_model()
    return KernelSet(.amx, table)
  }()

  /// The one place that decides what is fast.
  static func sets(for processor: Processor) -> [KernelSet] {
    var sets = [KernelSet(.portable, ck_kernels_portable())]
    if BLAS.isOpenBLAS { sets.append(KernelSet(.openBLAS, ck_kernels_portable())) }
    #if arch(x86_64)
      if processor.hasAVX2 { sets.append(KernelSet(.avx2, ck_kernels_avx2())) }
      if processor.hasAVX512 { sets.append(KernelSet(.avx512, ck_kernels_avx512())) }
      if processor.hasAVX512BF16 {
        var table = ck_kernels_avx512bf16()
        // Intel's vdpbf16ps has half the rate of an fp32 multiplication, so there bfloat16 is widened when it is
        // packed (a Xeon of 2023: 76 against 155 GFLOP/s a core).
        if !processor.multipliesBF16Fast { table.bf16 = ck_kernels_avx512().bf16 }
        sets.append(KernelSet(.avx512BF16, table))
        if processor.amx == .granted {
          table.bf16 = ck_product_amx()
          sets.append(KernelSet(.amx, table))
        }
      }
    #elseif arch(arm64)
      sets.append(KernelSet(.neon, processor.hasDotProducts ? ck_kernels_neondot() : ck_kernels_neon()))
    #endif
    return sets
  }
}

/// Why a set of kernels cannot be had.
public enum KernelSetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No set has this name.
  case unknown(String)
  /// The processor cannot run it.
  case unavailable(KernelSet.Name)
  /// The library is not installed, or there is no memory for it.
  case noLibrary(KernelSet.Name)
  /// The processor could, but the system does not let it: with the error's number.
  case refused(KernelSet.Name, Int)

  public var description: String {
    let names = KernelSet.available.map(\.name.rawValue).joined(separator: ", ")
    switch self {
    case .unknown(let name):
      return "\(KernelSet.variable): found '\(Self.shown(name))', expected one of \(names)"
    case .refused(let name, let number):
      return "\(KernelSet.variable): the system does not give programs the registers of '\(name.rawValue)' "
        + "(error \(number)); it can run \(names)"
    case .noLibrary(let name):
      return "\(KernelSet.variable): '\(name.rawValue)' cannot be opened; install libopenblas0, or give the "
        + "process more memory; it can run \(names)"
    case .unavailable(let name):
      return "\(KernelSet.variable): this processor cannot run '\(name.rawValue)'; it can run \(names)"
    }
  }

  /// As much of what somebody wrote as fits a line, without what a terminal would obey.
  private static func shown(_ name: String) -> String {
    let scalars = name.unicodeScalars.prefix(40).map { scalar in
      scalar.properties.generalCategory == .control ? "?" : Character(scalar)
    }
    return String(scalars) + (name.unicodeScalars.count > 40 ? "…" : "")
  }
}
