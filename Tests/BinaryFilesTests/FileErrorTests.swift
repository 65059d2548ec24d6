import GPT2BinaryFiles
import Foundation
import Testing

/// Every cause has its one line: the path, what was found, what was expected, what to do.
@Suite struct FileErrorTests {
  /// One of each case, or several where the line depends on the values, with what its line must say.
  static let lines: [(cause: FileError.Cause, parts: [String])] = [
    (.notFound, ["no such file or directory", "check the path"]),
    (.isDirectory, ["found a directory", "expected a file", "name a file inside it"]),
    (.notDirectory, ["found a file", "expected a directory", "name another path"]),
    (.permissionDenied, ["permission denied", "check the owner and mode"]),
    (.system(operation: "mapping it", code: ENODEV), ["mapping it failed: ", "; check the path"]),
    (.system(operation: "writing it", code: ENOSPC), ["writing it failed: ", "; make room"]),
    (.alreadyExists, ["already exists", "name another output", "--overwrite"]),
    (.truncatedHeader(found: 0, expected: 1024), ["the file is empty", "1024 bytes", "fetch or write it"]),
    (.truncatedHeader(found: 9, expected: 1024), ["found 9 bytes", "1024 bytes", "fetch or write it"]),
    (
      .wrongMagic(found: 5, expected: 6, kind: "token file"),
      ["found magic number 5", "expected 6 (token file)", "another kind of file?"]
    ),
    (
      .unsupportedVersion(found: 2, supported: [1], advice: "export it again"),
      ["found version 2, expected 1; export it again"]
    ),
    (
      .unsupportedVersion(found: 4, supported: [1, 3, 5], advice: "export it again"),
      ["found version 4, expected 1, 3 or 5; export it again"]
    ),
    (
      .invalidField(name: "heads", found: -1, expected: "a value from 1 to 9"),
      ["found heads = -1", "expected a value from 1 to 9", "damaged or of another program"]
    ),
    (.wrongSize(found: 9, expected: 10), ["found 9 bytes", "expected 10", "cut short", "fetch or write it"]),
    (.wrongSize(found: 11, expected: 10), ["found 11 bytes", "expected 10", "appended", "write it again"]),
    (
      .cut(found: 9, expected: 10),
      ["found 9 bytes, for it was cut while it was read, expected the 10 that it had", "leave a file alone"]
    ),
    (.cut(found: nil, expected: 10), ["found bytes that can no longer be read, expected the 10 that it had"]),
    (
      .tokenOutOfRange(token: -1, position: 0, vocabularySize: 257),
      ["found token -1 at position 0", "expected tokens from 0 to 256"]
    ),
    (
      .tokenOutOfRange(token: 300, position: 17, vocabularySize: 257),
      ["found token 300 at position 17", "expected tokens below 257", "another tokenizer?"]
    ),
    (
      .invalidTokenEntry(id: 12, reason: "has length 0"),
      ["token 12 has length 0", "expected each token once, of 1 to 255 bytes", "fetch or write it"]
    ),
    (
      .invalidExample(index: 3, found: "label 4", expected: "one below 4"),
      ["example 3: found label 4, expected one below 4; fetch it again"]
    ),
    (
      .mismatch(found: "a pipe", expected: "a file", advice: "copy it"),
      ["found a pipe, expected a file; copy it"]
    ),
    (
      .unparsableText(line: 3, found: "4,5", expected: "a number"),
      ["line 3", "found '4,5'", "expected a number", "correct that line"]
    ),
    (.noMatch, ["no file matches", "check the pattern"]),
  ]

  @Test(arguments: lines.indices)
  func theLineNamesThePathAndSaysWhatToDo(index: Int) {
    let (cause, parts) = Self.lines[index]
    let line = FileError("runs/model.bin", cause).description
    #expect(line.hasPrefix("runs/model.bin: "))
    for part in parts { #expect(line.contains(part), "\(line)") }
    #expect(!line.contains("\n"))
    #expect(!line.hasSuffix("."))
  }

  @Test func noCauseIsLeftOut() {
    #expect(Set(Self.lines.map { Self.ordinal(of: $0.cause) }) == Set(0...17))
  }

  /// Does not compile once a case is added: then add it here and above.
  private static func ordinal(of cause: FileError.Cause) -> Int {
    switch cause {
    case .notFound: 0
    case .isDirectory: 1
    case .notDirectory: 2
    case .permissionDenied: 3
    case .system: 4
    case .alreadyExists: 5
    case .truncatedHeader: 6
    case .wrongMagic: 7
    case .unsupportedVersion: 8
    case .invalidField: 9
    case .wrongSize: 10
    case .tokenOutOfRange: 11
    case .invalidTokenEntry: 12
    case .mismatch: 13
    case .unparsableText: 14
    case .noMatch: 15
    case .invalidExample: 16
    case .cut: 17
    }
  }

  /// What a file holds is not trusted: neither line breaks nor terminal escapes nor megabytes get through.
  @Test func foreignTextStaysOnOneShortLine() {
    let found = "a\u{1B}[2J\nb\r\n\u{0}" + String(repeating: "x", count: 100_000)
    let line = FileError("losses.txt", .unparsableText(line: 1, found: found, expected: "a number"))
      .description
    #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(line.contains("found 'a"))
    #expect(line.hasSuffix("', expected a number; correct that line"))
    #expect(line.count < 300)
  }

  @Test func errnoBecomesItsCause() {
    let causes: [(Int32, FileError.Cause)] = [
      (ENOENT, .notFound), (EISDIR, .isDirectory), (ENOTDIR, .notDirectory), (EACCES, .permissionDenied),
      (EPERM, .permissionDenied), (EEXIST, .alreadyExists), (ENOSPC, .system(operation: "a", code: ENOSPC)),
      (EIO, .system(operation: "a", code: EIO)),
    ]
    for (code, cause) in causes {
      errno = code
      #expect(FileError.Cause.fromErrno("a") == cause)
    }
  }
}
