import CKernels

// Values to stored weights and back, bit for bit as ggml's reference code does it: quantize_row_q8_0_ref,
// quantize_row_q4_0_ref and the dequantisers beside them, GGML_FP32_TO_FP16, ggml_fp32_to_bf16.
//
// Bytes are little-endian and may lie at any address.
extension WeightFormat {
  /// Stores values, each rounded to the nearest that the format has.
  ///
  /// fp16 and bf16 round half to even, go to infinity beyond their range, and keep NaN. A block format keeps no
  /// NaN, and where there is an infinity or the scale is above fp16's range, the block decodes to infinities and
  /// NaN; see `largestMagnitude`.
  ///
  /// - Parameters:
  ///   - count: Whole blocks.
  ///   - bytes: Room for `byteCount(count)` bytes.
  package func encode(_ values: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutableRawPointer) {
    precondition(count % blockValues == 0, "\(count) values are no whole blocks of \(rawValue)")
    switch self {
    case .fp32:
      bytes.copyMemory(from: values, byteCount: count * blockBytes)
    case .fp16:
      for index in 0..<count {
        bytes.storeBytes(
          of: HalfFloat.bits(rounding: values[index]), toByteOffset: 2 * index, as: UInt16.self)
      }
    case .bf16:
      for index in 0..<count {
        bytes.storeBytes(
          of: BrainFloat.bits(rounding: values[index]), toByteOffset: 2 * index, as: UInt16.self)
      }
    case .q8:
      for block in 0..<count / 32 { Q8Block.encode(values + 32 * block, into: bytes + blockBytes * block) }
    case .q4:
      for block in 0..<count / 32 { Q4Block.encode(values + 32 * block, into: bytes + blockBytes * block) }
    }
  }

  /// The values that stored weights stand for.
  ///
  /// - Parameters:
  ///   - bytes: `byteCount(count)` bytes.
  ///   - count: Whole blocks.
  package func decode(_ bytes: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Float>) {
    precondition(count % blockValues == 0, "\(count) values are no whole blocks of \(rawValue)")
    switch self {
    case .fp32:
      UnsafeMutableRawPointer(values).copyMemory(from: bytes, byteCount: count * blockBytes)
    case .fp16:
      for index in 0..<count {
        values[index] = ck_widen_fp16(bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
      }
    case .bf16:
      for index in 0..<count {
        let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        values[index] = Float(bitPattern: UInt32(bits) << 16)
      }
    case .q8:
      for block in 0..<count / 32 { Q8Block.decode(bytes + blockBytes * block, into: values + 32 * block) }
    case .q4:
      for block in 0..<count / 32 { Q4Block.decode(bytes + blockBytes * block, into: values + 32 * block) }
    }
  }

  /// Values up to this magnitude are stored as finite ones.
  package var largestMagnitude: Float {
    let largestScale: Float = 65504
    return switch self {
    case .fp32: .greatestFiniteMagnitude
    // Less than half a step above the largest.
    case .fp16: Float(65520).nextDown
    case .bf16: Float(bitPattern: 0x7F7F_7FFF)
    case .q8: 127 * largestScale
    case .q4: 8 * largestScale
    }
  }
}

/// Sixteen bits of which five are the exponent.
enum HalfFloat {
  @inline(__always)
  static func bits(rounding value: Float) -> UInt16 {
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
}

/// 32 values: a scale, then 32 int8.
private enum Q8Block {
  @inline(__always)
  static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let scale = largestMagnitude(of: values) / 127
    let inverse = finiteInverse(of: scale)
    block.storeBytes(of: HalfFloat.bits(rounding: scale), as: UInt16.self)
    for index in 0..<32 {
      let code = (values[index] * inverse).rounded(.toNearestOrAwayFromZero)
      block.storeBytes(of: lowByte(of: code), toByteOffset: 2 + index, as: UInt8.self)
    }
  }

  @inline(__always)
  static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let scale = ck_widen_fp16(block.loadUnaligned(as: UInt16.self))
    for index in 0..<32 {
      values[index] = Float(block.load(fromByteOffset: 2 + index, as: Int8.self)) * scale
    }
  }
}

/// 32 values: a scale, then 16 bytes of two codes each, value i's low and value 16 + i's high.
private enum Q4Block {
  @inline(__always)
  static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    // Codes reach from -8 to 7, so the value of largest magnitude becomes -8, whatever its sign.
    let scale = extreme(of: values) / -8
    let inverse = finiteInverse(of: scale)
    block.storeBytes(of: HalfFloat.bits(rounding: scale), as: UInt16.self)
    for index in 0..<16 {
      let low = code(values[index], inverse)
      let high = code(values[16 + index], inverse)
      block.storeBytes(of: low | high << 4, toByteOffset: 2 + index, as: UInt8.self)
    }
  }

  /// From 0 to 15: rounded to nearest, halves up, except that +8 becomes 7.
  @inline(__always)
  private static func code(_ value: Float, _ inverse: Float) -> UInt8 {
    let shifted = value * inverse + 8.5
    return lowByte(of: (shifted < 15 ? shifted : 15).rounded(.towardZero))
  }

  /// The first of the values of largest magnitude.
  @inline(__always)
  private static func extreme(of values: UnsafePointer<Float>) -> Float {
    let largest = largestMagnitude(of: values)
    for index in 0..<32 where abs(values[index]) == largest { return values[index] }
    return 0
  }

  @inline(__always)
  static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let scale = ck_widen_fp16(block.loadUnaligned(as: UInt16.self))
    for index in 0..<16 {
      let codes = block.load(fromByteOffset: 2 + index, as: UInt8.self)
      values[index] = Float(Int32(codes & 0x0F) &- 8) * scale
      values[16 + index] = Float(Int32(codes >> 4) &- 8) * scale
    }
  }
}

/// Of 32 values.
@inline(__always)
private func largestMagnitude(of values: UnsafePointer<Float>) -> Float {
  var largest: Float = 0
  for index in 0..<32 {
    let magnitude = abs(values[index])
    largest = magnitude > largest ? magnitude : largest
  }
  return largest
}

/// 1 / scale; 0 where there is none, and all codes are those of zero, as their scale in fp16 is.
@inline(__always)
private func finiteInverse(of scale: Float) -> Float {
  let inverse = 1 / scale
  return abs(inverse) < .infinity ? inverse : 0
}

/// The low 8 bits of a whole number from -2²² to 2²²; of anything else, some bits.
@inline(__always)
private func lowByte(of code: Float) -> UInt8 {
  // Adding 1.5·2²³ leaves the number in the low bits, without a conversion that would check for overflow.
  UInt8(truncatingIfNeeded: (code + 0x1.8p23).bitPattern)
}
