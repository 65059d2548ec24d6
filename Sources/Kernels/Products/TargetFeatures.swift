import CKernels

/// What instructions the build may use.
enum TargetFeatures {
  /// Whether a multiplication and an addition fuse into one instruction.
  @inline(__always) static var hasFMA: Bool { CKERNELS_HAS_FMA != 0 }
  /// Whether there are 32 registers of 16 floats.
  @inline(__always) static var hasAVX512: Bool { CKERNELS_HAS_AVX512 != 0 }
}
