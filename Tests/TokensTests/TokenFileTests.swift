import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

struct TokenFileTests {
  private func cause(_ bytes: [UInt8]) throws -> FileError.Cause? {
    let directory = try TemporaryDirectory()
    return cause(try directory.write(bytes, to: "tokens.bin"))
  }

  private func cause(_ path: String) -> FileError.Cause? {
    fileErrorCause(path) { () throws(FileError) in _ = try TokenFile(contentsOf: path) }
  }

  @Test func reads() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.tokenFile([1, 50_256, 65_535, 256]), to: "tokens.bin")
    let file = try TokenFile(contentsOf: path)
    #expect(file.count == 4)
    #expect(file.path == path)
    #expect((0..<4).map { file[$0] } == [1, 50_256, 65_535, 256])
    #expect(file.load(1..<3) == [50_256, 65_535])
    #expect(file.load(4..<4).isEmpty)
  }

  /// The mark of a set that was not named to the end is for files that are named like its own.
  @Test(arguments: [
    ("text.unfinished", true), ("text_train.bin.unfinished", false), ("other.unfinished", false),
    ("_train.unfinished", false),
  ])
  func aSetThatIsOfTwo(mark: String, isOfIt: Bool) throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write([], to: mark)
    for name in ["text_train.bin", "text_val.bin", "text_val_000000.bin", "text_train_1000000.bin"] {
      let path = try directory.write(Fixtures.tokenFile([1, 2]), to: name)
      guard
        case .mismatch("text.unfinished beside it, as its set of files was not named to the end", _, _)? =
          cause(path)
      else {
        #expect(!isOfIt, "\(name)")
        continue
      }
      #expect(isOfIt, "\(name)")
    }
    for name in ["text.bin", "text_test.bin", "text_train_1.bin", "train.bin"] {
      #expect(cause(try directory.write(Fixtures.tokenFile([1, 2]), to: name)) == nil)
    }
  }

  @Test func emptyFile() throws {
    #expect(try cause([]) == .truncatedHeader(found: 0, expected: 1024))
  }

  @Test func truncatedHeader() throws {
    let bytes = Array(Fixtures.tokenFile([1]).prefix(1000))
    #expect(try cause(bytes) == .truncatedHeader(found: 1000, expected: 1024))
  }

  @Test(arguments: [1, 2, 6])
  func truncatedBody(missing: Int) throws {
    let bytes = Array(Fixtures.tokenFile([1, 2, 3]).dropLast(missing))
    #expect(try cause(bytes) == .wrongSize(found: 1030 - missing, expected: 1030))
  }

  @Test(arguments: [1, 2])
  func extraBytes(extra: Int) throws {
    let bytes = Fixtures.tokenFile([1, 2, 3]) + [UInt8](repeating: 0, count: extra)
    #expect(try cause(bytes) == .wrongSize(found: 1030 + extra, expected: 1030))
  }

  /// What a header-less file of uint16 looks like, too.
  @Test func wrongMagic() throws {
    let expected = FileError.Cause.mismatch(
      found: "a tokenizer file of llm.c's kind", expected: "a token file", advice: "name another file")
    #expect(try cause(Fixtures.tokenFile([1], magic: 20_240_328)) == expected)
  }

  @Test(arguments: [0, 2, 7, -1])
  func wrongVersion(version: Int32) throws {
    guard case .unsupportedVersion(version, [1], _) = try cause(Fixtures.tokenFile([1], version: version))
    else {
      Issue.record("accepted version \(version)")
      return
    }
  }

  @Test(arguments: [0, -1, Int32.min])
  func impossibleCount(count: Int32) throws {
    let expected = FileError.Cause.invalidField(
      name: "token count", found: Int(count), expected: "a value from 1 to 2147483647")
    #expect(try cause(Fixtures.tokenFile([1], count: count)) == expected)
  }

  @Test func hugeCount() throws {
    let bytes = Fixtures.tokenFile([1], count: .max)
    #expect(try cause(bytes) == .wrongSize(found: 1026, expected: 1024 + 2 * 2_147_483_647))
  }

  @Test func missingFile() throws {
    let directory = try TemporaryDirectory()
    #expect(cause(directory.file("absent")) == .notFound)
    #expect(cause(try directory.write([1], to: "file") + "/inside") == .notDirectory)
  }

  @Test func directoryInsteadOfAFile() throws {
    let directory = try TemporaryDirectory()
    #expect(cause(directory.path) == .isDirectory)
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may read any file"))
  func unreadableFile() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.tokenFile([1]), to: "tokens.bin")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(cause(path) == .permissionDenied)
  }

  @Test func tokenOutsideTheVocabulary() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.tokenFile([0, 256, 257, 258]), to: "tokens.bin")
    let file = try TokenFile(contentsOf: path)
    try file.check(below: 259)
    try file.check(below: 65_536)
    let expected = FileError(path, .tokenOutOfRange(token: 257, position: 2, vocabularySize: 257))
    #expect(throws: expected) { try file.check(below: 257) }
    #expect(throws: FileError(path, .tokenOutOfRange(token: 0, position: 0, vocabularySize: 0))) {
      try file.check(below: 0)
    }
  }

  @Test func largestToken() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.tokenFile([65_535]), to: "tokens.bin")
    let file = try TokenFile(contentsOf: path)
    try file.check(below: 65_536)
    let expected = FileError(path, .tokenOutOfRange(token: 65_535, position: 0, vocabularySize: 65_535))
    #expect(throws: expected) { try file.check(below: 65_535) }
  }

  @Test func writes() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("tokens.bin")
    let tokens: [UInt16] = [1, 50_256, 65_535]
    try TokenFile.write(tokens, to: path, replacing: false)
    #expect(try Array(Data(contentsOf: URL(filePath: path))) == Fixtures.tokenFile(tokens))

    #expect(throws: FileError(path, .alreadyExists)) {
      try TokenFile.write(tokens, to: path, replacing: false)
    }
    try TokenFile.write(tokens[1..<2], to: path, replacing: true)
    #expect(try TokenFile(contentsOf: path).load(0..<1) == [50_256])
    #expect(try directory.names() == ["tokens.bin"])
  }

  /// More than is written at once, and not a multiple of it.
  @Test func writesManyTokens() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("tokens.bin")
    let tokens = (0..<2_500_000).map { UInt16($0 % 65_521) }
    try TokenFile.write(tokens, to: path, replacing: false)
    let isSame = try TokenFile(contentsOf: path).load(0..<tokens.count) == tokens.map(Int32.init)
    #expect(isSame)
  }

  @Test func aFailureBeforeATokenizersNameLeavesNothing() throws {
    let directory = try TemporaryDirectory()
    let failure = FileError("other", .notFound)
    #expect(throws: failure) {
      try Tokenizer.byteLevel.write(to: directory.file("b"), replacing: false) { () throws(FileError) in
        throw failure
      }
    }
    #expect(try directory.names().isEmpty)
  }

  @Test func refusesToWriteNothing() throws {
    let directory = try TemporaryDirectory()
    let error = #expect(throws: FileError.self) {
      try TokenFile.write([UInt16](), to: directory.file("tokens.bin"), replacing: false)
    }
    #expect(error?.description.contains("found 0 tokens to write, expected 1 to 2147483647") == true)
    #expect(try directory.names().isEmpty)
  }
}
