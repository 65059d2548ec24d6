import CGPT2Kernels

/// Sixteen bits of which five are the exponent.
package enum HalfFloat {
  @inlinable @inline(__always)
  package static func bits(rounding value: Float) -> UInt16 {
    let sign = UInt32(value.bitPattern >> 16) & 0x8000
    let magnitude = value.bitPattern & 0x7FFF_FFFF
    // Exponents differ by 112; the addition rounds half to even, and carries into the exponent where it must.
    let normal = (magnitude &- 0x3800_0000 &+ 0x0FFF &+ ((magnitude >> 13) & 1)) >> 13
    // A half's subnormals are multiples of 2⁻²⁴, the last bit of a float at ½.
    let subnormal = (Float(bitPattern: magnitude) + 0.5).bitPattern &- Float(0.5).bitPattern
    let finite = magnitude < 0x3880_0000 ? subnormal : normal
    let special: UInt32 = magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00
    return UInt16(truncatingIfNeeded: sign | (magnitude < 0x4780_0000 ? finite : special))
  }

  @inline(__always)
  static func value(of bits: UInt16) -> Float { ck_widen_fp16(bits) }
}

/// bfloat16: the upper half of a float.
enum BrainFloat {
  @inline(__always)
  static func bits(rounding value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16
    // A quiet NaN: the addition could make an infinity of it.
    let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
    return UInt16(truncatingIfNeeded: isNaN ? bits >> 16 | 0x0040 : rounded)
  }

  @inline(__always)
  static func value(of bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
