import BinaryFiles
import Foundation

/// Standard output: the data a command was asked for, shown at once.
public enum Output {
  /// - Throws: `Exit.readerGone` if nobody reads it any more, as after `| head`; `FileError` if it cannot take
  ///   the text, as on a full disk.
  public static func write(_ text: String) throws {
    try text.utf8.withContiguousStorageIfAvailable { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let written = Foundation.write(
          STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        if written < 0 && errno == EPIPE { throw Exit.readerGone }
        guard written > 0 else { throw FileError("standard output", .fromErrno("writing to it")) }
        rest = rest.dropFirst(written)
      }
    }
  }
}

public enum JSON {
  /// One object on one line of standard output. JSON has no NaN or infinity; they are written as strings.
  public static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    try Output.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
  }
}
