/// XXH64 with seed 0, of bytes that come in parts of any size
/// (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
///
/// Stripes of 32 bytes go into four lanes of 8 bytes, which do not wait for each other.
struct XXHash64 {
  private static let stripe = 32
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  private var lanes = Lanes()
  private var blocks = BlockBuffer(of: stripe)

  init() {}

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var lanes = lanes
    blocks.add(bytes) { lanes.absorb($0) }
    self.lanes = lanes
  }

  private struct Lanes {
    private var (a, b, c, d) = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)

    /// Takes in whole stripes.
    mutating func absorb(_ stripes: UnsafeRawBufferPointer) {
      var (a, b, c, d) = (a, b, c, d)
      for start in stride(from: 0, to: stripes.count, by: stripe) {
        a = XXHash64.round(a, word(of: stripes, at: start))
        b = XXHash64.round(b, word(of: stripes, at: start + 8))
        c = XXHash64.round(c, word(of: stripes, at: start + 16))
        d = XXHash64.round(d, word(of: stripes, at: start + 24))
      }
      (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// The four in one.
    var merged: UInt64 {
      var hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
      for lane in [a, b, c, d] { hash = (hash ^ XXHash64.round(0, lane)) &* prime1 &+ prime4 }
      return hash
    }
  }

  /// That of all that came.
  var value: UInt64 {
    var hash = blocks.count < Self.stripe ? Self.prime5 : lanes.merged
    hash &+= blocks.count
    blocks.rest.withUnsafeBytes { bytes in
      var start = 0
      while start + 8 <= bytes.count {
        hash ^= Self.round(0, Self.word(of: bytes, at: start))
        hash = Self.rotated(hash, 27) &* Self.prime1 &+ Self.prime4
        start += 8
      }
      if start + 4 <= bytes.count {
        let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        hash ^= UInt64(half) &* Self.prime1
        hash = Self.rotated(hash, 23) &* Self.prime2 &+ Self.prime3
        start += 4
      }
      for byte in bytes[start...] {
        hash ^= UInt64(byte) &* Self.prime5
        hash = Self.rotated(hash, 11) &* Self.prime1
      }
    }
    hash = (hash ^ hash >> 33) &* Self.prime2
    hash = (hash ^ hash >> 29) &* Self.prime3
    return hash ^ hash >> 32
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word &<< bits | word &>> (64 - bits)
  }

  @inline(__always)
  private static func word(of bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
