/// Why a file could not be used: one case a cause, each saying what was found and what was expected.
///
/// Every reader and writer of the project throws this type, so a user sees the same kind of line whatever
/// went wrong: the file, what was found, what was expected, what to do.
public struct FileError: Error, Equatable, Sendable {
  /// The file, or what takes its place in words: "the tokens".
  public let path: String
  /// What was found, and what was expected.
  public let cause: Cause

  /// An error about a file.
  public init(_ path: String, _ cause: Cause) {
    self.path = path
    self.cause = cause
  }

  /// What is wrong with a file.
  public enum Cause: Equatable, Sendable {
    /// There is no such file.
    case notFound
    /// A directory in a file's place.
    case isDirectory
    /// A file in a directory's place.
    case notDirectory
    /// The system does not let this user.
    case permissionDenied
    /// Anything else the operating system refused, with its `errno`.
    case system(operation: String, code: Int32)
    /// An output that is already there and was not asked to be replaced.
    case alreadyExists
    /// The file ends inside its header. An empty file is the case `found == 0`.
    case truncatedHeader(found: Int, expected: Int)
    /// Another kind of file than it was taken for.
    case wrongMagic(found: Int32, expected: Int32, kind: String)
    /// A version of the format that is not read.
    case unsupportedVersion(found: Int32, supported: [Int32], advice: String)
    /// A header field outside its range; `expected` says the range in words.
    case invalidField(name: String, found: Int, expected: String)
    /// The size that the header declares, `.max` if that overflows, is not the size that the file has.
    case wrongSize(found: Int, expected: Int)
    /// It was cut while it was read: its size now, `nil` if that cannot be told, and the one that it had when it was
    /// opened.
    case cut(found: Int?, expected: Int)
    /// A token id at `position`, counted from 0, that the vocabulary does not hold.
    case tokenOutOfRange(token: Int, position: Int, vocabularySize: Int)
    /// A tokenizer entry of length zero, or one that runs past the end of the file.
    case invalidTokenEntry(id: Int, reason: String)
    /// A multiple-choice example, counted from 0, that is damaged or that the model cannot take.
    case invalidExample(index: Int, found: String, expected: String)
    /// Two files that do not belong together, or one that is not what its use needs.
    case mismatch(found: String, expected: String, advice: String)
    /// Text that does not parse; `line` counts from 1.
    case unparsableText(line: Int, found: String, expected: String)
    /// No file matches a shell pattern.
    case noMatch
  }
}
