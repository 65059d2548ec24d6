/// One block of a quantised format, taken apart. Its values are
///
///     (d · scale) · (code − offset) − (dmin · min)
///
/// with d in the unit of the format's layout, evaluated in fp32 in this order, with a rounding after each operation: then they are ggml's, bit for bit. Each sixteen
/// values have a scale and a min of their own.
package struct BlockParts {
  /// fp16.
  package var d: UInt16 = 0
  /// fp16; stays 0 in a format without mins.
  package var dmin: UInt16 = 0
  /// (values), without a sign.
  package let codes: UnsafeMutablePointer<UInt8>
  /// (values / 16); each is 1 if the format has none.
  package let scales: UnsafeMutablePointer<Int8>
  /// (values / 16); each is 0 if the format has none.
  package let mins: UnsafeMutablePointer<Int8>

  /// Values that share a scale and a min.
  static let groupValues = 16

  /// Calls `body` with room for the parts of a block of so many values.
  static func withTemporary(values: Int, _ body: (inout BlockParts) -> Void) {
    let groups = values / groupValues
    withUnsafeTemporaryAllocation(byteCount: values + 2 * groups, alignment: 16) { memory in
      guard let base = memory.baseAddress else { preconditionFailure("a block has values") }
      let codes = base.initializeMemory(as: UInt8.self, repeating: 0, count: values)
      let scales = (base + values).initializeMemory(as: Int8.self, repeating: 1, count: groups)
      let mins = (base + values + groups).initializeMemory(as: Int8.self, repeating: 0, count: groups)
      var parts = BlockParts(codes: codes, scales: scales, mins: mins)
      body(&parts)
    }
  }

  private init(
    codes: UnsafeMutablePointer<UInt8>, scales: UnsafeMutablePointer<Int8>, mins: UnsafeMutablePointer<Int8>
  ) {
    self.codes = codes
    self.scales = scales
    self.mins = mins
  }

  /// The values that the parts stand for.
  func decode(count: Int, offset: Int, unit: Float, into values: UnsafeMutablePointer<Float>) {
    let (d, dmin) = (HalfFloat.value(of: d) * unit, HalfFloat.value(of: dmin))
    let offset = Int32(truncatingIfNeeded: offset)
    for group in 0..<count / Self.groupValues {
      let scale = d * Float(scales[group])
      let least = dmin * Float(mins[group])
      let start = group * Self.groupValues
      for index in start..<start + Self.groupValues {
        values[index] = scale * Float(Int32(codes[index]) &- offset) - least
      }
    }
  }
}

// The ways in which ggml's formats put several codes into a byte.
extension BlockParts {
  /// Codes of four bits: `count` of them from the low halves of as many bytes, then as many from the high halves.
  @inline(__always)
  func setNibbles(at start: Int, from bytes: UnsafePointer<UInt8>, count: Int) {
    for index in 0..<count {
      codes[start + index] = bytes[index] & 0x0F
      codes[start + count + index] = bytes[index] >> 4
    }
  }

  /// Two bits of each of 256 codes: 32 bytes hold those of 128 codes, the first 32 codes' lowest.
  @inline(__always)
  func addPairs(from bytes: UnsafePointer<UInt8>, at bit: UInt8) {
    for half in 0..<2 {
      for place in 0..<4 {
        for index in 0..<32 {
          let pair = bytes[32 * half + index] >> UInt8(truncatingIfNeeded: 2 * place) & 3
          codes[128 * half + 32 * place + index] |= pair << bit
        }
      }
    }
  }

  /// A bit of each of 256 codes: 32 bytes, the first 32 codes' lowest.
  @inline(__always)
  func addBits(from bytes: UnsafePointer<UInt8>, at bit: UInt8) {
    for place in 0..<8 {
      for index in 0..<32 {
        codes[32 * place + index] |= (bytes[index] >> UInt8(truncatingIfNeeded: place) & 1) << bit
      }
    }
  }

  /// A bit of each of 32 codes: the first code's lowest.
  @inline(__always)
  func addBits(from bits: UInt32, at bit: UInt8) {
    for index in 0..<32 {
      codes[index] |= UInt8(truncatingIfNeeded: bits >> UInt32(truncatingIfNeeded: index) & 1) << bit
    }
  }

  /// A scale and a min for each 32 of 256 values, of six bits each: twelve bytes, the first eight of which have the first
  /// four scales and mins in their low six bits and the others' upper two bits above.
  @inline(__always)
  func setScalesAndMins(from bytes: UnsafePointer<UInt8>) {
    for index in 0..<4 {
      let (scale, min, both) = (bytes[index], bytes[4 + index], bytes[8 + index])
      setScale(index, scale & 0x3F, min: min & 0x3F)
      setScale(4 + index, both & 0x0F | scale >> 2 & 0x30, min: both >> 4 | min >> 2 & 0x30)
    }
  }

  @inline(__always)
  private func setScale(_ index: Int, _ scale: UInt8, min: UInt8) {
    for group in 2 * index..<2 * index + 2 {
      scales[group] = Int8(bitPattern: scale)
      mins[group] = Int8(bitPattern: min)
    }
  }
}

extension UnsafeRawPointer {
  /// A number of two bytes at any address.
  @inline(__always)
  func half(at offset: Int) -> UInt16 { loadUnaligned(fromByteOffset: offset, as: UInt16.self) }

  /// A number of four bytes at any address.
  @inline(__always)
  func word(at offset: Int) -> UInt32 { loadUnaligned(fromByteOffset: offset, as: UInt32.self) }

  @inline(__always)
  func bytes(at offset: Int) -> UnsafePointer<UInt8> { (self + offset).assumingMemoryBound(to: UInt8.self) }
}
