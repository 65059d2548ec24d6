import GPT2BinaryFiles

/// How the bytes of a text stand for its characters, as its first bytes tell.
enum TextEncoding: Equatable {
  case utf8
  case utf16(isBigEndian: Bool)

  /// How many bytes are looked at; git looks at as many to tell what is binary.
  static let headLength = 8000
  /// One byte of so many may be no UTF-8: a damaged character, but not every accent.
  private static let bytesToAStray = 200

  /// - Parameter head: All of the text, or its first `headLength` bytes.
  /// - Returns: The encoding, and the bytes of the mark that says so.
  /// - Throws: `UnreadableText` if it is no text.
  static func of(
    _ head: UnsafeRawBufferPointer
  ) throws(UnreadableText) -> (encoding: TextEncoding, markLength: Int) {
    if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw UnreadableText(
        .otherEncoding, found: "UTF-32", advice: "convert it with: iconv -f UTF-32 -t UTF-8")
    }
    if head.starts(with: [0xFF, 0xFE]) { return (.utf16(isBigEndian: false), 2) }
    if head.starts(with: [0xFE, 0xFF]) { return (.utf16(isBigEndian: true), 2) }
    try checkKind(head)
    try checkZeros(head)
    try checkStrays(head)
    return (.utf8, head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
  }

  private static func checkKind(_ head: UnsafeRawBufferPointer) throws(UnreadableText) {
    guard let kind = FileKind(of: head), !kind.isText else { return }
    // A text may begin with the letters that mark a file of another kind.
    guard kind.isPointer || !FileKind.isText(head) else { return }
    throw UnreadableText(
      kind.isPointer ? .pointer : .binary, found: kind.name, advice: kind.advice ?? "name the text itself")
  }

  private static func checkZeros(_ head: UnsafeRawBufferPointer) throws(UnreadableText) {
    guard let first = head.firstIndex(of: 0) else { return }
    let zeros = head.indices.filter { head[$0] == 0 }
    let odd = zeros.count { $0 % 2 == 1 }
    // Of English every other byte is zero.
    let isUTF16 =
      zeros.count > 2 && zeros.count * 5 > head.count
      && (odd * 20 < zeros.count || odd * 20 > 19 * zeros.count)
    guard !isUTF16 else {
      let name = odd * 2 > zeros.count ? "UTF-16LE" : "UTF-16BE"
      throw UnreadableText(
        .otherEncoding, found: "what looks like \(name) without a byte-order mark",
        advice: "convert it with: iconv -f \(name) -t UTF-8")
    }
    throw UnreadableText(
      .binary, found: "a zero byte at position \(first), which no text has",
      advice: "name the text itself, or take the bytes as they are with --raw")
  }

  private static func checkStrays(_ head: UnsafeRawBufferPointer) throws(UnreadableText) {
    let count = head.withMemoryRebound(to: UInt8.self, strayCount)
    guard count * bytesToAStray > head.count else { return }
    throw UnreadableText(
      .otherEncoding, found: "\(count) bytes that are no UTF-8 among the first \(head.count)",
      advice: "convert it, if it is text, for instance with: iconv -f WINDOWS-1252 -t UTF-8; "
        + "--raw takes the bytes as they are")
  }

  /// How many bytes are part of no character; one that is cut off at the end does not count.
  private static func strayCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var (position, count) = (0, 0)
    while position < bytes.count {
      switch utf8Step(bytes, at: position) {
      case .scalar(_, let length): position += length
      case .incomplete(let length):
        if bytes.count < headLength { count += length }
        position += length
      case .invalid(let length):
        count += length
        position += length
      }
    }
    return count
  }
}

/// Why bytes cannot be read as a text.
struct UnreadableText: Error, Equatable {
  /// Why a folder's file is skipped.
  let reason: SkippedFile.Reason
  let found: String
  let advice: String

  init(_ reason: SkippedFile.Reason, found: String, advice: String) {
    self.reason = reason
    self.found = found
    self.advice = advice
  }

  func error(about name: String) -> FileError {
    FileError(
      name, .mismatch(found: found, expected: "text in UTF-8, or in UTF-16 with its mark", advice: advice))
  }
}
