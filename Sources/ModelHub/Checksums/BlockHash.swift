import GPT2BinaryFiles

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
  private var blocks = BlockBuffer(of: blockSize)

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var hash = hash
    blocks.add(bytes) { hash.absorb($0) }
    self.hash = hash
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
    let bits = blocks.count * 8
    let zeros = (2 * Self.blockSize - 9 - blocks.rest.count) % Self.blockSize
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
