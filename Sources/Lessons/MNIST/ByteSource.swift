import GPT2BinaryFiles

/// Bytes that come one after the other, of a file as it is or of one that is unpacked on the way.
protocol ByteSource: AnyObject {
  var path: String { get }
  /// The most bytes that can still come, whatever a header among them says.
  var limit: Int { get }
  /// Fills `bytes` from its start, with fewer than it holds only where the source ends.
  ///
  /// - Returns: How many came.
  /// - Throws: `FileError` if the source is damaged.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
}

extension ByteSource {
  /// The next `count` bytes, or fewer where the source ends. A header may say any count: memory is taken as the bytes come.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    let pieceSize = 1 << 22
    var bytes: [UInt8] = []
    while bytes.count < count {
      let wanted = min(pieceSize, count - bytes.count)
      let piece = try readPiece(wanted)
      bytes += piece
      guard piece.count == wanted else { break }
      try DeclaredMemory.check(CheckedCount(bytes.count) * 2, for: "a table of \(count) bytes", of: path)
    }
    return bytes
  }

  private func readPiece(_ count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      // An initialiser with a closure has no typed errors.
      do throws(FileError) {
        let all = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        initializedCount = try read(into: UnsafeMutableRawBufferPointer(all))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// A file's bytes as they are.
final class PlainSource: ByteSource {
  private let file: MappedFile
  private var position = 0

  var path: String { file.path }
  var limit: Int { file.count - position }

  init(_ file: MappedFile) { self.file = file }

  func read(into bytes: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(bytes.count, limit)
    bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: file.bytes[position..<position + count]))
    position += count
    return count
  }
}
