import GPT2BinaryFiles

/// The lines of a text file that may be being written.
struct LineReader {
  struct Line {
    /// From 1.
    let number: Int
    /// Without the line end; bytes that are no UTF-8 are replaced.
    let text: String
    /// Whether there is a line end after it: without one, more of it may have been meant to come.
    let isWhole: Bool
  }

  private let file: MappedFile

  /// - Throws: `FileError` if the file cannot be read.
  init(path: String) throws(FileError) { file = try MappedFile(path: path) }

  /// Calls `body` with each line that is not blank.
  func forEach(_ body: (Line) throws(FileError) -> Void) throws(FileError) {
    let bytes = file.bytes
    var start = 0
    var number = 0
    // Of a long file the system need not keep in memory what was read.
    var released = 0
    while start < bytes.count {
      let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      var end = newline ?? bytes.count
      let next = end + 1
      if newline != nil, end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      number += 1
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      if !text.allSatisfy(\.isWhitespace) {
        try body(Line(number: number, text: text, isWhole: newline != nil))
      }
      start = next
      if start - released > 1 << 26 {
        file.release()
        released = start
      }
    }
  }
}
