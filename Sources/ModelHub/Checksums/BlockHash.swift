/// A hash of the family of SHA-1 and SHA-256 (FIPS 180-4): words of 32 bits, into which a message is worked block by
/// block of 64 bytes.
protocol BlockHash: SendableMetatype {
  init()
  /// Works in whole blocks.
  ///
  /// - Parameter blocks: A multiple of 64 bytes.
  mutating func absorb(_ blocks: UnsafeRawBufferPointer)
  /// H, of which the hash is made, high bytes first.
  var words: [UInt32] { get }
}

/// The hash of bytes that come in parts of any size.
struct Digest<Hash: BlockHash> {
  private static var blockSize: Int { 64 }

  private var hash = Hash()
  /// What does not fill a block yet.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var bytes = bytes
    if !rest.isEmpty {
      let missing = bytes.prefix(Self.blockSize - rest.count)
      rest += missing
      bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing.count))
      guard rest.count == Self.blockSize else { return }
      rest.withUnsafeBytes { hash.absorb($0) }
      rest = []
    }
    let whole = bytes.count - bytes.count % Self.blockSize
    hash.absorb(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
    rest += bytes[whole...]
  }

  mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The hash of all that came, in hexadecimal digits.
  ///
  /// The message ends with a one bit, zeros, and its length in bits as 64 bits, so that it fills its last block
  /// (FIPS 180-4, section 5.1.1).
  consuming func finish() -> String {
    let bits = count * 8
    let zeros = (2 * Self.blockSize - 9 - rest.count) % Self.blockSize
    let end = [0x80] + [UInt8](repeating: 0, count: zeros) + Self.bytes(of: bits)
    end.withUnsafeBytes { update($0) }
    return hash.words.flatMap(Self.bytes(of:)).map(Self.hexadecimal).joined()
  }

  /// High bytes first.
  private static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
