import GPT2Platform

/// eˣ of eight doubles at once, and the sums of such.
///
/// The C library's takes a vocabulary of 50,257 through 50,257 calls, a good part of a token's time. Nothing is
/// fused here, so the same seed draws the same tokens whether the target can or not.
enum Exponential {
  typealias Vector = SIMD8<Double>

  @inline(__always) static var width: Int { Vector.scalarCount }

  /// eˣ for x ≤ 0, with a relative error below 4e-16 (two units in the last place), and 0 for x < −707.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln 2 / 2, so that eˣ = 2ⁿ·eʳ. The Taylor series of eʳ ends at r¹³/13!; what it
  /// leaves out is below 5e-18.
  @inline(__always)
  static func ofNonPositive(_ x: Vector) -> Vector {
    let clamped = x.replacing(with: -707, where: x .< -707)
    // Adding 1.5·2⁵² leaves no bits for a fraction: it rounds to nearest, and n stands in the lowest bits.
    let magic = Vector(repeating: 0x1.8p52)
    let shifted = clamped * 0x1.71547652b82fep0 + magic
    let n = shifted - magic
    // ln 2 in two parts, the first of so few bits that its product with n is exact.
    let r = (clamped - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33

    var power = Vector(repeating: 1 / 6_227_020_800)
    power = power * r + Vector(repeating: 1 / 479_001_600)
    power = power * r + Vector(repeating: 1 / 39_916_800)
    power = power * r + Vector(repeating: 1 / 3_628_800)
    power = power * r + Vector(repeating: 1 / 362_880)
    power = power * r + Vector(repeating: 1 / 40_320)
    power = power * r + Vector(repeating: 1 / 5_040)
    power = power * r + Vector(repeating: 1 / 720)
    power = power * r + Vector(repeating: 1 / 120)
    power = power * r + Vector(repeating: 1 / 24)
    power = power * r + Vector(repeating: 1 / 6)
    power = power * r + Vector(repeating: 1 / 2)
    power = power * r * r + r + 1

    // eʳ is at least 0.7 and n at least −1020, so the sum of the exponents is that of a normal number.
    let exponents = unsafeBitCast(shifted, to: SIMD8<UInt64>.self) &<< 52
    let product = unsafeBitCast(
      unsafeBitCast(power, to: SIMD8<UInt64>.self) &+ exponents, to: Vector.self)
    return product.replacing(with: 0, where: x .< -707)
  }

  /// Eight values from `start` on; −∞, whose exponential is 0, beyond the end.
  @inline(__always)
  static func load(_ values: UnsafeBufferPointer<Float>, at start: Int) -> SIMD8<Float> {
    if start + width <= values.count {
      return UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped + start)
        .loadUnaligned(as: SIMD8<Float>.self)
    }
    var vector = SIMD8<Float>(repeating: -.infinity)
    for lane in 0..<values.count - start { vector[lane] = values[start + lane] }
    return vector
  }
}

func naturalLogarithm(_ x: Double) -> Double { log(x) }
