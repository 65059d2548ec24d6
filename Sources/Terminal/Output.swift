import GPT2BinaryFiles
import GPT2Communication
import GPT2Platform
import GPT2TextFormatting

/// Standard output: the data a command was asked for, shown at once.
package enum Output {
  private static let isTerminal = isatty(STDOUT_FILENO) == 1

  /// - Parameters:
  ///   - raw: Whether a terminal is given the text as it is, which it then may obey; a file or a pipe always is.
  ///   - namingPaths: Whether paths are in it, whose bytes a file or a pipe gets, so that a program finds the files by them.
  /// - Throws: `Exit.readerGone` if nobody reads it any more, as after `| head`; `FileError` if it cannot take
  ///   the text, as on a full disk.
  package static func write(_ text: String, raw: Bool = false, namingPaths: Bool = false) throws {
    // Of several processes one speaks for all.
    guard Job.speaks else { return }
    let bytes =
      isTerminal && !raw
      ? Array(PathText.printable(text.visible).utf8)
      : namingPaths ? PathText.bytes(of: text) : Array(text.utf8)
    guard bytes.withUnsafeBytes({ Descriptors.write($0, to: STDOUT_FILENO) }) else {
      throw failure("writing to it")
    }
  }

  /// Says whether all that was written has arrived: some file systems tell only when a file is closed that they could
  /// not take it.
  ///
  /// - Throws: As `write`.
  package static func finish() throws {
    let copy = dup(STDOUT_FILENO)
    guard copy >= 0 else { return }
    guard close(copy) == 0 || errno == EINTR else { throw failure("closing it") }
  }

  private static func failure(_ operation: String) -> any Error {
    switch errno {
    case EPIPE: Exit.readerGone
    case EBADF:
      FileError(
        name,
        .mismatch(found: "it closed", expected: "it open", advice: "send it to a file, or to /dev/null"))
    default: FileError(name, .fromErrno(operation))
    }
  }

  private static let name = "standard output"
}

package enum JSON {
  /// One object on one line of standard output. JSON has no NaN or infinity; they are written as strings.
  package static func print(_ value: some Encodable) throws {
    try Output.write(JSONCoding.line(value).visibleJSON + "\n", raw: true)
  }
}
