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

  private var (a, b, c, d) = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)
  /// What does not fill a stripe yet.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  init() {}

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count &+= UInt64(bytes.count)
    var bytes = bytes
    if !rest.isEmpty {
      let missing = bytes.prefix(Self.stripe - rest.count)
      rest += missing
      bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing.count))
      guard rest.count == Self.stripe else { return }
      let stripe = rest
      stripe.withUnsafeBytes { absorb($0) }
      rest = []
    }
    let whole = bytes.count - bytes.count % Self.stripe
    absorb(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
    rest += bytes[whole...]
  }

  /// Takes in whole stripes.
  private mutating func absorb(_ stripes: UnsafeRawBufferPointer) {
    var (a, b, c, d) = (a, b, c, d)
    for start in stride(from: 0, to: stripes.count, by: Self.stripe) {
      a = Self.round(a, Self.word(of: stripes, at: start))
      b = Self.round(b, Self.word(of: stripes, at: start + 8))
      c = Self.round(c, Self.word(of: stripes, at: start + 16))
      d = Self.round(d, Self.word(of: stripes, at: start + 24))
    }
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  /// That of all that came.
  var value: UInt64 {
    var hash = count < Self.stripe ? Self.prime5 : lanes
    hash &+= count
    rest.withUnsafeBytes { bytes in
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

  /// The four lanes in one.
  private var lanes: UInt64 {
    var hash =
      Self.rotated(a, 1) &+ Self.rotated(b, 7) &+ Self.rotated(c, 12) &+ Self.rotated(d, 18)
    for lane in [a, b, c, d] { hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4 }
    return hash
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
