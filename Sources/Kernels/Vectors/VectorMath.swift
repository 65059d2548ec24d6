import CKernels

/// Elementary functions of sixteen floats at once, without calls, branches or conversions.
package enum VectorMath {
  /// eˣ, with a relative error below 1.5e-7 (about 1.2 units in the last place) where the result is a normal
  /// number. It underflows gradually to 0, overflows to +∞, and a NaN stays a NaN.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln 2 / 2, so that eˣ = 2ⁿ·eʳ. The polynomial for eʳ is a minimax fit of
  /// (eʳ − 1 − r) / r² with five coefficients: relative error 3e-9 before rounding.
  @inline(__always)
  package static func exp(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Beyond these the result is 0 or +∞ anyway. Comparisons with NaN are false, so a NaN passes through.
    var x = x.replacing(with: -110, where: x .< -110)
    x.replace(with: 90, where: x .> 90)

    // Adding 1.5·2²³ leaves no bits for a fraction: it rounds to nearest.
    let magic = SIMD16<Float>(repeating: 0x1.8p23)
    let n = fused(x, SIMD16(repeating: 0x1.715476p0), plus: magic) - magic
    // ln 2 in two parts, the first of so few bits that its product with n is exact.
    var r = fused(n, SIMD16(repeating: -0x1.62e4p-1), plus: x)
    r = fused(n, SIMD16(repeating: -0x1.7f7d1cp-20), plus: r)

    var polynomial = SIMD16<Float>(repeating: 0.001_381_459_9)
    polynomial = fused(polynomial, r, plus: SIMD16(repeating: 0.008_368_717))
    polynomial = fused(polynomial, r, plus: SIMD16(repeating: 0.041_668_388))
    polynomial = fused(polynomial, r, plus: SIMD16(repeating: 0.166_665_21))
    polynomial = fused(polynomial, r, plus: SIMD16(repeating: 0.499_999_93))
    let power = fused(polynomial, r * r, plus: r) + 1
    return ck_times_power_of_two(power, n)
  }

  /// a·b + c, rounded once where the target can.
  @inline(__always)
  static func fused(_ a: SIMD16<Float>, _ b: SIMD16<Float>, plus c: SIMD16<Float>) -> SIMD16<Float> {
    // Where it cannot, `addingProduct` is forty times slower than two operations.
    TargetFeatures.hasFMA ? c.addingProduct(a, b) : a * b + c
  }

  /// √x with a relative error below 2.5e-7 (about 2 units in the last place) where x is a normal number, and
  /// below 1e-19 in all where it is subnormal; 0 of 0, +∞ of +∞, NaN of a NaN or a negative number.
  ///
  /// `squareRoot()` of a vector calls the C library for each lane. This is x times 1/√x, which Newton's method
  /// finds by multiplications alone: halving the exponent in the bits gives a first value within 3.5 %, and
  /// each step squares the error.
  @inline(__always)
  package static func squareRoot(_ x: SIMD16<Float>) -> SIMD16<Float> {
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
  @inline(__always)
  package static func logistic(_ x: SIMD16<Float>) -> SIMD16<Float> {
    1 / (1 + exp(-x))
  }

  /// tanh x, with a relative error below 4e-7; a NaN stays a NaN.
  ///
  /// Away from 0 it is 1 − 2 / (e²ˣ + 1). Near 0 that is a difference of near numbers, so there it is the polynomial
  /// of Cephes' tanhf (Moshier 1989), x + x³·P(x²).
  @inline(__always)
  package static func hyperbolicTangent(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let size = x.replacing(with: -x, where: x .< 0)
    let far = 1 - 2 / (exp(2 * size) + 1)
    let square = x * x
    var polynomial = SIMD16<Float>(repeating: -0.005_704_988_7)
    polynomial = fused(polynomial, square, plus: SIMD16(repeating: 0.020_639_088))
    polynomial = fused(polynomial, square, plus: SIMD16(repeating: -0.053_739_715))
    polynomial = fused(polynomial, square, plus: SIMD16(repeating: 0.133_314_42))
    polynomial = fused(polynomial, square, plus: SIMD16(repeating: -0.333_332_82))
    let near = fused(polynomial * square, x, plus: x)
    return far.replacing(with: -far, where: x .< 0).replacing(with: near, where: size .< 0.625)
  }
}
