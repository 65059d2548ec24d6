import GPT2BinaryFiles
import CGPT2Zlib
import GPT2Platform

/// The bytes that a gzip file (RFC 1952) unpacks to, as far as they are asked for.
///
/// It unpacks no more than it is asked for, so that a small file that unpacks to much does no harm.
/// With the last byte its length and its checksum are known to be right, and the file to hold nothing else.
final class GzipStream: ByteSource {
  private let file: MappedFile
  /// At one place as long as it is used, as zlib demands.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isAtEnd = false
  /// Unpacked so far.
  private var count = 0

  var path: String { file.path }

  /// Deflate writes 258 bytes with two bits at the shortest.
  var limit: Int { (CheckedCount(file.count) * 1032).value.map { $0 - count } ?? .max }

  /// Whether it begins as gzip files do.
  static func isGzip(_ file: MappedFile) -> Bool { file.bytes.starts(with: [0x1F, 0x8B]) }

  /// - Throws: `FileError` if the system has no memory for it.
  init(_ file: MappedFile) throws(FileError) {
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    stream.pointee.next_in = file.bytes.baseAddress.map { start in
      // zlib's older headers leave out that it only reads there.
      UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: Bytef.self))
    }
    // 16 more than the largest window: gzip's header and trailer, and no other.
    let status = inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Self.failure(status, nil, in: file) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var written = 0
    while written < bytes.count && !isAtEnd {
      let room = min(bytes.count - written, 1 << 30)
      let unread = file.count - Int(stream.pointee.total_in)
      stream.pointee.avail_in = uInt(min(unread, 1 << 30))
      stream.pointee.next_out = (base + written).assumingMemoryBound(to: Bytef.self)
      stream.pointee.avail_out = uInt(room)
      let status = inflate(stream, Z_NO_FLUSH)
      written += room - Int(stream.pointee.avail_out)
      switch status {
      case Z_OK: break
      case Z_STREAM_END:
        isAtEnd = true
        try checkNothingFollows()
      case Z_BUF_ERROR: throw truncated
      default: throw Self.failure(status, stream.pointee.msg, in: file)
      }
    }
    count += written
    return written
  }

  private var truncated: FileError {
    FileError(
      path,
      .mismatch(
        found: "gzip data that stop after \(file.count) bytes",
        expected: "their end, a checksum and a length",
        advice: "the file is cut short: fetch it again"))
  }

  /// gzip lets members follow each other; the files that are read here are one.
  private func checkNothingFollows() throws(FileError) {
    let rest = file.count - Int(stream.pointee.total_in)
    guard rest > 0 else { return }
    throw FileError(
      path,
      .mismatch(
        found: "\(rest) bytes after the end of the gzip data", expected: "none",
        advice: "something was appended: fetch it again"))
  }

  private static func failure(
    _ status: Int32, _ message: UnsafeMutablePointer<CChar>?, in file: MappedFile
  ) -> FileError {
    guard status != Z_MEM_ERROR else {
      return FileError(file.path, .system(operation: "unpacking it", code: ENOMEM))
    }
    let reason = message.map { String(cString: $0) } ?? "zlib's error \(status)"
    return FileError(
      file.path,
      .mismatch(
        found: "damaged gzip data (\(reason))", expected: "data that agree with their checksum and length",
        advice: "fetch it again"))
  }
}
