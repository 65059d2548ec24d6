import GPT2Platform
import GPT2TextFormatting

extension FileError: CustomStringConvertible {
  public var description: String { PathText.printable("\(path.visibleOnOneLine): \(cause.explanation)") }
}

extension FileError.Cause {
  /// One line: what was found, what was expected, what to do.
  fileprivate var explanation: String {
    switch self {
    case .notFound: "no such file or directory; check the path"
    case .isDirectory: "found a directory, expected a file; name a file inside it"
    case .notDirectory: "found a file, expected a directory; name another path"
    case .permissionDenied: "permission denied; check the owner and mode of the file and its directory"
    case .system(let operation, let code): Self.explain(operation, code)
    case .alreadyExists: "already exists and was left as it is; name another output or pass --overwrite"
    case .noMatch: "no file matches; check the pattern, and quote it if the shell expands it"
    case .truncatedHeader(let found, let expected):
      (found == 0 ? "the file is empty" : "found \(found) bytes")
        + ", expected a header of \(expected) bytes; fetch or write it again"
    case .wrongMagic(let found, let expected, let kind):
      "found magic number \(found), expected \(expected) (\(kind)); is this another kind of file?"
    case .unsupportedVersion(let found, let supported, let advice):
      "found version \(found), expected \(supported.list(lastJoinedBy: "or")); \(advice)"
    case .invalidField(let name, let found, let expected):
      "found \(name) = \(found), expected \(expected); the header is damaged or of another program"
    case .wrongSize(let found, .max):
      "found \(found) bytes, expected more than any file can have from its header; the header is damaged"
    case .wrongSize(let found, let expected):
      "found \(found) bytes, expected \(expected) from its header; "
        + (found < expected ? "it is cut short" : "something was appended") + ": fetch or write it again"
    case .cut(let found, let expected):
      "found \(found.map { "\($0) bytes, for it was cut while it was read" } ?? "bytes that can no longer be read"), "
        + "expected the \(expected) that it had when it was opened; "
        + "leave a file alone while it is in use; fetch or write it again"
    case .tokenOutOfRange(let token, let position, let vocabularySize):
      "found token \(token) at position \(position), expected tokens "
        + (token < 0 ? "from 0 to \(vocabularySize - 1); " : "below \(vocabularySize); ")
        + "was it made with another tokenizer?"
    case .invalidTokenEntry(let id, let reason):
      "token \(id) \(reason), expected each token once, of 1 to 255 bytes inside the file; fetch or write it again"
    case .invalidExample(let index, let found, let expected):
      "example \(index): found \(found), expected \(expected); fetch it again, or make it for this model"
    case .mismatch(let found, let expected, let advice):
      "found \(found), expected \(expected); \(advice)"
    case .unparsableText(let line, let found, let expected):
      "line \(line): found '\(found.onOneShortLine)', expected \(expected); correct that line"
    }
  }

  private static func explain(_ operation: String, _ code: Int32) -> String {
    let advice =
      switch code {
      case ENOSPC, EDQUOT: "make room or name another path"
      case ENOMEM: "there is not enough memory for it; close other programs or use a smaller file"
      default: "check the path and the disk it is on"
      }
    return "\(operation) failed: \(System.errorText(code)); \(advice)"
  }
}

extension String {
  /// Text out of a file as a terminal may show it: its beginning, with control characters spelt out.
  package var onOneShortLine: String {
    String(String.UnicodeScalarView(unicodeScalars.prefix(60))).visibleOnOneLine
      + (unicodeScalars.count > 60 ? "…" : "")
  }
}

extension Array where Element == Int32 {
  /// "1", "1 or 2", "1, 3 or 5".
  fileprivate func list(lastJoinedBy word: String) -> String {
    guard let last, count > 1 else { return map(String.init).joined() }
    return dropLast().map(String.init).joined(separator: ", ") + " \(word) \(last)"
  }
}
