import BinaryFiles

/// Names, one a line, of the letters a to z: the text of this rung and the next.
public struct NameFile: Sendable {
  /// Token 0 ends a name and begins the next; 1 to 26 are a to z.
  public static let endOfName = 0
  public static let vocabularySize = 27

  public let path: String
  /// All names in a row, a 0 after each.
  public let tokens: [Int]

  /// - Throws: `FileError` if there is no such file, no name in it, or a character other than a to z.
  public init(path: String) throws(FileError) {
    self.path = path
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      guard error.cause == .notFound else { throw error }
      throw FileError(
        path,
        .mismatch(
          found: "no such file", expected: "names, one a line",
          advice: "scripts/fetch-lessons.sh fetches them, or name your own"))
    }
    tokens = try Self.tokens(of: file.bytes, path)
  }

  private static func tokens(of bytes: UnsafeRawBufferPointer, _ path: String) throws(FileError) -> [Int] {
    var tokens: [Int] = []
    tokens.reserveCapacity(bytes.count + 1)
    var line = 1
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "\n"):
        tokens.append(endOfName)
        line += 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"): tokens.append(Int(byte - UInt8(ascii: "a")) + 1)
      default:
        // The whole line, as a byte may be a part of a character.
        let start = bytes[..<index].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let rest = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
        throw FileError(
          path,
          .unparsableText(
            line: line, found: String(decoding: rest.prefix(300), as: UTF8.self),
            expected: "a name of the letters a to z alone"))
      }
    }
    guard tokens.contains(where: { $0 != endOfName }) else {
      throw FileError(
        path,
        .mismatch(found: "no name", expected: "names, one a line", advice: "fetch or write it again"))
    }
    // An editor may have left out the last line's end.
    if tokens.last != endOfName { tokens.append(endOfName) }
    return tokens
  }

  /// Tokens as text.
  public static func text(_ tokens: [Int]) -> String {
    String(
      decoding: tokens.map { $0 == endOfName ? UInt8(ascii: "\n") : UInt8($0 - 1) + UInt8(ascii: "a") },
      as: UTF8.self)
  }
}
