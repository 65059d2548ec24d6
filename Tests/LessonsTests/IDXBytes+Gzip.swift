import CGPT2Zlib
import Foundation
import TestSupport
import Testing

/// Gzip files of any bytes.
extension IDXBytes {
  /// Packed by zlib itself.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let status = deflateInit2_(
      &stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    try #require(status == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 100)
    let capacity = uInt(output.count)
    let isDone = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        (stream.next_in, stream.avail_in) = (input.baseAddress, uInt(input.count))
        (stream.next_out, stream.avail_out) = (output.baseAddress, capacity)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
    }
    try #require(isDone)
    return Array(output.prefix(Int(stream.total_out)))
  }

  /// The bytes as they are in one block that is not packed, by RFC 1951 and 1952: at most 65,535.
  static func storedGzip(_ bytes: [UInt8], length: UInt32? = nil, checksum: UInt32? = nil) -> [UInt8] {
    let size = UInt16(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + littleEndian(size) + littleEndian(~size) + bytes
      + littleEndian(checksum ?? crc32(bytes)) + littleEndian(length ?? UInt32(bytes.count))
  }

  private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The checksum of RFC 1952, bit by bit.
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
  }
}

/// A directory with a small MNIST of its own: digits of 6 × 5 pixels or of others, drawn as bars at places of their own,
/// with noise.
struct SmallDigits {
  let directory: TemporaryDirectory
  static let (rows, columns) = (6, 5)

  init(
    training: Int = 200, test: Int = 60, packed: Bool = true, rows: Int = Self.rows,
    columns: Int = Self.columns
  ) throws {
    directory = try TemporaryDirectory()
    var random = SeededRandom(seed: 7)
    for (name, count) in [("train", training), ("t10k", test)] {
      let labels = (0..<count).map { _ in UInt8.random(in: 0..<10, using: &random) }
      let pixels = labels.flatMap { label in
        (0..<rows * columns).map { place in
          let isInk = place % 10 == Int(label)
          return UInt8.random(in: isInk ? 120...255 : 0...90, using: &random)
        }
      }
      let ending = packed ? ".gz" : ""
      for (kind, bytes) in [
        ("images-idx3", IDXBytes.make([count, rows, columns], pixels)),
        ("labels-idx1", IDXBytes.make([count], labels)),
      ] {
        _ = try directory.write(
          packed ? IDXBytes.gzip(bytes) : bytes, to: "\(name)-\(kind)-ubyte\(ending)")
      }
    }
  }
}
