/// Elementary functions of sixteen floats at once, without calls, branches or conversions.
public enum VectorMath {
  /// eˣ, with a relative error below 1.5e-7 (about 1.2 units in the last place) where the result is a normal
  /// number. It underflows gradually to 0, overflows to +∞, and a NaN stays a NaN.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln 2 / 2, so that eˣ = 2ⁿ·eʳ. The polynomial for eʳ is a minimax fit of
  /// (eʳ − 1 − r) / r² with five coefficients: relative error 3e-9 before rounding.
  @inlinable @inline(__always)
  public static func exp(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Beyond these the result is 0 or +∞ anyway. Comparisons with NaN are false, so a NaN passes through.
    var x = x.replacing(with: -110, where: x .< -110)
    x.replace(with: 90, where: x .> 90)

    // Adding 1.5·2²³ leaves no bits for a fraction: it rounds to nearest, and n stands in the low bits.
    let magic = SIMD16<Float>(repeating: 0x1.8p23)
    let shifted = x * 0x1.715476p0 + magic
    let rounded = shifted - magic
    // ln 2 in two parts, the first of so few bits that its product with n is exact.
    let r = (x - rounded * 0x1.62e4p-1) - rounded * 0x1.7f7d1cp-20

    var polynomial = SIMD16<Float>(repeating: 0.001_381_459_9)
    polynomial = polynomial * r + 0.008_368_717
    polynomial = polynomial * r + 0.041_668_388
    polynomial = polynomial * r + 0.166_665_21
    polynomial = polynomial * r + 0.499_999_93
    let power = polynomial * (r * r) + r + 1

    // 2ⁿ as two factors, 2ʰ and 2ⁿ⁻ʰ, each a normal number even where the result is subnormal or +∞.
    let magicBits = SIMD16<Int32>(repeating: 0x4B40_0000)
    let n = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- magicBits
    let half = n &>> 1
    return power * powerOfTwo(half) * powerOfTwo(n &- half)
  }

  /// 2ⁿ for −126 ≤ n ≤ 127, by writing the exponent's bits.
  @inlinable @inline(__always)
  static func powerOfTwo(_ n: SIMD16<Int32>) -> SIMD16<Float> {
    unsafeBitCast((n &+ 127) &<< 23, to: SIMD16<Float>.self)
  }

  /// √x with a relative error below 2.5e-7 (about 2 units in the last place) where x is a normal number, and
  /// below 1e-19 in all where it is subnormal; 0 of 0, +∞ of +∞, NaN of a NaN or a negative number.
  ///
  /// `squareRoot()` of a vector calls the C library for each lane. This is x times 1/√x, which Newton's method
  /// finds by multiplications alone: halving the exponent in the bits gives a first value within 3.5 %, and
  /// each step squares the error.
  @inlinable @inline(__always)
  public static func squareRoot(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let bits = unsafeBitCast(x, to: SIMD16<UInt32>.self)
    var reciprocal = unsafeBitCast(SIMD16(repeating: 0x5F37_59DF) &- (bits &>> 1), to: SIMD16<Float>.self)
    let half = 0.5 * x
    reciprocal *= 1.5 - half * reciprocal * reciprocal
    reciprocal *= 1.5 - half * reciprocal * reciprocal
    reciprocal *= 1.5 - half * reciprocal * reciprocal
    let root = (x * reciprocal).replacing(with: x, where: x .== .infinity)
    return root.replacing(with: .nan, where: x .< 0)
  }

  /// 1 / (1 + e⁻ˣ).
  @inlinable @inline(__always)
  public static func logistic(_ x: SIMD16<Float>) -> SIMD16<Float> {
    1 / (1 + exp(-x))
  }
}
