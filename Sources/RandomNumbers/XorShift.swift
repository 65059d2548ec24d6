/// The xorshift64* generator (Marsaglia 2003, Vigna 2016) with which llm.c's `llmc/sampler.h` picks tokens.
///
/// The state must not be 0: from there it never moves, and every draw is 0, as in llm.c.
package struct XorShift: Sendable, Equatable {
  /// The whole state; save it to carry on later.
  package private(set) var state: UInt64

  package init(state: UInt64) { self.state = state }

  /// 32 uniform bits.
  package mutating func nextUInt32() -> UInt32 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return UInt32(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 32)
  }

  /// Uniform in [0, 1), a multiple of 2⁻²⁴.
  package mutating func nextFloat() -> Float { Float(nextUInt32() >> 8) / 16_777_216 }
}
