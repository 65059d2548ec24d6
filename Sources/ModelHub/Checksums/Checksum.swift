import GPT2BinaryFiles
import GPT2Platform

/// What a file's bytes are to give.
package enum Checksum: Equatable, Sendable {
  /// SHA-256, in hexadecimal digits.
  case sha256(String)
  /// The SHA-1 by which git names a file's content, in hexadecimal digits.
  case gitBlob(String)

  /// - Returns: `nil` if it has not the digits of either.
  package init?(_ digits: String) {
    let text = digits.lowercased()
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
      return nil
    }
    switch text.utf8.count {
    case 64: self = .sha256(text)
    case 40: self = .gitBlob(text)
    default: return nil
    }
  }

  package var digits: String {
    switch self {
    case .sha256(let digits), .gitBlob(let digits): digits
    }
  }

  /// "SHA-256" or "git's SHA-1".
  package var name: String {
    switch self {
    case .sha256: "SHA-256"
    case .gitBlob: "git's SHA-1"
    }
  }

  /// The checksum of the same kind that a file has.
  ///
  /// - Parameter progress: Told how many bytes are done, and whether to go on.
  /// - Returns: `nil` if `progress` ended it.
  /// - Throws: `FileError` if the file cannot be read.
  package func found(
    in path: String, progress: (Int) -> Bool = { _ in true }
  ) throws(FileError) -> Checksum? {
    switch self {
    case .sha256:
      var digest = Digest<SHA256>()
      return try Self.read(path, into: &digest, progress) ? .sha256(digest.finish()) : nil
    case .gitBlob:
      var digest = Digest<SHA1>()
      digest.update("blob \(try FileSize.of(path))\0")
      return try Self.read(path, into: &digest, progress) ? .gitBlob(digest.finish()) : nil
    }
  }

  /// - Returns: Whether the end was reached.
  private static func read(
    _ path: String, into digest: inout Digest<some BlockHash>, _ progress: (Int) -> Bool
  ) throws(FileError) -> Bool {
    let descriptor = FileSystem.open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileError(path, .fromErrno("opening it")) }
    defer { close(descriptor) }
    var done = 0
    var isWhole = true
    let isRead = Descriptors.forEachPart(of: descriptor) { part in
      digest.update(part)
      done += part.count
      isWhole = progress(done)
      return isWhole
    }
    guard isRead else { throw FileError(path, .fromErrno("reading it")) }
    return isWhole
  }
}

/// How large files are.
enum FileSize {
  /// - Throws: `FileError` if there is no such file.
  static func of(_ path: String) throws(FileError) -> Int {
    guard let status = FileSystem.status(of: path) else {
      throw FileError(path, .fromErrno("reading its size"))
    }
    return Int(status.st_size)
  }

  /// 0 if there is no such file.
  static func ofAny(_ path: String) -> Int { (try? of(path)) ?? 0 }
}
