import CGPT2Kernels

/// The kernels of one instruction set: the micro-kernels and how operands are packed for them, and the loops over rows
/// that a compiler would not make as fast for the build's target, which any processor must understand.
///
/// One is chosen when the program starts (`preferred`), from what the processor has and from what is fast on it. The
/// idea is that of BLIS's context (Van Zee and van de Geijn 2015): pointers and block sizes in one value.
///
/// Within a set results are the same bits on any number of threads. fp32 results of `avx2`, `avx512`, `avx512-bf16` and
/// `neon` are the same bits, too: what is added, and in which order, is one text. `portable` rounds between a
/// multiplication and an addition; in bf16 `avx512-bf16` and `amx` add pairs, which the others do not.
public struct KernelSet: Sendable, CustomStringConvertible {
  /// As `GPT2_KERNELS` names it.
  public enum Name: String, CaseIterable, Sendable {
    /// Any processor.
    case portable
    /// The same, but fp32 products by OpenBLAS, which finds out by itself what an old processor has.
    case openBLAS = "openblas"
    /// x86-64 with AVX2, FMA and F16C.
    case avx2
    /// x86-64 with AVX-512 F, BW, DQ and VL.
    case avx512
    /// With AVX-512 BF16 and VNNI besides.
    case avx512BF16 = "avx512-bf16"
    /// With AMX's tiles for bfloat16 besides.
    case amx
    /// Any arm64 processor; with dot products of bytes where it has them.
    case neon
  }

  package let name: Name
  public var description: String { name.rawValue }
  let table: ck_kernels

  init(_ name: Name, _ table: ck_kernels) {
    self.name = name
    self.table = table
  }

  /// How products are computed in a precision.
  func product(_ precision: Precision) -> ProductKernel {
    switch precision {
    case .fp32: ProductKernel(table.fp32)
    case .bf16: ProductKernel(table.bf16)
    }
  }
}
