import GPT2BinaryFiles
import GPT2Platform

/// The lines of standard input, one after the other, none of which may take more memory than a model could read.
struct TypedLines {
  /// The most bytes of a line, without its end.
  private let limit: Int
  /// What has been read and not been handed out.
  private var rest: [UInt8] = []
  private var isAtEnd = false

  init(atMost limit: Int) { self.limit = limit }

  /// The next line, without its end; `nil` behind the last.
  ///
  /// - Throws: `FileError` if it is longer, or the system refuses to read.
  mutating func next() throws(FileError) -> String? {
    var searched = 0
    while true {
      if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest.removeSubrange(...end) }
        return try text(rest[..<end])
      }
      searched = rest.count
      guard !isAtEnd, searched <= limit else {
        guard searched > 0 else { return nil }
        defer { rest = [] }
        return try text(rest[...])
      }
      try readMore()
    }
  }

  private func text(_ line: ArraySlice<UInt8>) throws(FileError) -> String {
    guard line.count <= limit else {
      throw FileError(
        InputFile.name("-"),
        .mismatch(
          found: "a line of more than \(limit) bytes", expected: "no more, as the model's positions have",
          advice: "type less at a time"))
    }
    return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
  }

  /// What there is now: at a terminal a line, of a file or a pipe more or less.
  private mutating func readMore() throws(FileError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 12)
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    if count < 0 && errno == EINTR { return }
    guard count >= 0 else { throw FileError(InputFile.name("-"), .fromErrno("reading it")) }
    isAtEnd = count == 0
    rest += buffer[..<count]
  }
}
