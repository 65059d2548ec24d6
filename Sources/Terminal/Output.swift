import BinaryFiles
import Communication
import Platform

/// Standard output: the data a command was asked for, shown at once.
public enum Output {
  /// - Throws: `Exit.readerGone` if nobody reads it any more, as after `| head`; `FileError` if it cannot take
  ///   the text, as on a full disk.
  public static func write(_ text: String) throws {
    // Of several processes one speaks for all.
    guard Job.speaks else { return }
    var text = text
    guard !text.withUTF8({ Descriptors.write(UnsafeRawBufferPointer($0), to: STDOUT_FILENO) }) else { return }
    if errno == EPIPE { throw Exit.readerGone }
    throw FileError("standard output", .fromErrno("writing to it"))
  }
}

public enum JSON {
  /// One object on one line of standard output. JSON has no NaN or infinity; they are written as strings.
  public static func print(_ value: some Encodable) throws { try Output.write(JSONCoding.line(value) + "\n") }
}
