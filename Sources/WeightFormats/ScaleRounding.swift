/// What the formats whose blocks share a scale in fp16 have in common when they are encoded.
enum ScaleRounding {
  static let largestScale: Float = 65504

  @inline(__always)
  static func largestMagnitude(of values: UnsafePointer<Float>, count: Int) -> Float {
    var largest: Float = 0
    for index in 0..<count {
      let magnitude = abs(values[index])
      largest = magnitude > largest ? magnitude : largest
    }
    return largest
  }

  /// 1 / scale; 0 where there is none, and all codes are those of zero, as their scale in fp16 is.
  @inline(__always)
  static func finiteInverse(of scale: Float) -> Float {
    let inverse = 1 / scale
    return abs(inverse) < .infinity ? inverse : 0
  }

  /// The low 8 bits of a whole number from -2²² to 2²²; of anything else, some bits.
  @inline(__always)
  static func lowByte(of code: Float) -> UInt8 {
    // Adding 1.5·2²³ leaves the number in the low bits, without a conversion that would check for overflow.
    UInt8(truncatingIfNeeded: (code + 0x1.8p23).bitPattern)
  }
}
