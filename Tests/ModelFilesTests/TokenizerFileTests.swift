import GPT2BinaryFiles
import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

struct TokenizerFileTests {
  /// Reads `bytes` as a tokenizer file and returns why it was refused.
  private func cause(_ bytes: [UInt8]) throws -> FileError.Cause? {
    let directory = try TemporaryDirectory()
    let path = try directory.write(bytes, to: "tokenizer.bin")
    return cause(path)
  }

  private func cause(_ path: String) -> FileError.Cause? {
    fileErrorCause(path) { () throws(FileError) in _ = try Tokenizer(contentsOf: path) }
  }

  @Test func theHelperMakesAGoodFile() throws {
    #expect(try cause(Fixtures.tokenizerFile()) == nil)
  }

  @Test func emptyFile() throws {
    #expect(try cause([]) == .truncatedHeader(found: 0, expected: 1024))
  }

  @Test func truncatedHeader() throws {
    let bytes = Array(Fixtures.tokenizerFile().prefix(1023))
    #expect(try cause(bytes) == .truncatedHeader(found: 1023, expected: 1024))
  }

  @Test func truncatedBeforeAnEntry() throws {
    let expected = FileError.Cause.invalidTokenEntry(id: 1, reason: "is missing, the file ends before it")
    #expect(try cause(Fixtures.tokenizerFile().dropLast(3)) == expected)
  }

  @Test func truncatedInsideAnEntry() throws {
    let expected = FileError.Cause.invalidTokenEntry(
      id: 1, reason: "of length 2 runs past the end of the file")
    #expect(try cause(Fixtures.tokenizerFile().dropLast(1)) == expected)
    #expect(try cause(Fixtures.tokenizerFile().dropLast(2)) == expected)
  }

  @Test func extraBytes() throws {
    #expect(try cause(Fixtures.tokenizerFile() + [0]) == .wrongSize(found: 1030, expected: 1029))
  }

  @Test func wrongMagic() throws {
    let expected = FileError.Cause.mismatch(
      found: "a token file", expected: "a tokenizer", advice: "name another file")
    #expect(try cause(Fixtures.tokenizerFile(magic: 20_240_520)) == expected)
  }

  @Test(arguments: [0, 3, -1, Int32.max])
  func wrongVersion(version: Int32) throws {
    guard case .unsupportedVersion(version, [1, 2], _) = try cause(Fixtures.tokenizerFile(version: version))
    else {
      Issue.record("accepted version \(version)")
      return
    }
  }

  @Test(arguments: [0, -1, Int32.min, 65_537, Int32.max])
  func impossibleSize(size: Int32) throws {
    let expected = FileError.Cause.invalidField(
      name: "vocabulary size", found: Int(size), expected: "a value from 1 to 65536")
    #expect(try cause(Fixtures.tokenizerFile(size: size)) == expected)
  }

  @Test(arguments: [-1, 2, Int32.max])
  func endOfTextOutsideTheVocabulary(id: Int32) throws {
    let expected = FileError.Cause.invalidField(
      name: "end-of-text", found: Int(id), expected: "a value from 0 to 1")
    #expect(try cause(Fixtures.tokenizerFile(endOfText: id)) == expected)
  }

  @Test func versionOneMeansGPT2() throws {
    let expected = FileError.Cause.invalidField(
      name: "vocabulary size", found: 2, expected: "50257, which version 1 means")
    #expect(try cause(Fixtures.tokenizerFile(version: 1)) == expected)

    let tokens = (0..<50_257).map { [UInt8($0 % 256), UInt8($0 / 256)] }
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      Fixtures.tokenizerFile(version: 1, endOfText: 0, tokens: tokens), to: "tokenizer.bin")
    let tokenizer = try Tokenizer(contentsOf: path)
    #expect(tokenizer.endOfText == 50_256)
    #expect(tokenizer.vocabularySize == 50_257)
    #expect(tokenizer.bytes(of: 50_256) == [80, 196])
  }

  @Test func entryOfLengthZero() throws {
    let bytes = Fixtures.tokenizerFile(tokens: [[97], []])
    #expect(try cause(bytes) == .invalidTokenEntry(id: 1, reason: "has length 0"))
  }

  @Test func missingFile() throws {
    let directory = try TemporaryDirectory()
    #expect(cause(directory.file("absent")) == .notFound)
  }

  @Test func directoryInsteadOfAFile() throws {
    let directory = try TemporaryDirectory()
    #expect(cause(directory.path) == .isDirectory)
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may read any file"))
  func unreadableFile() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.tokenizerFile(), to: "tokenizer.bin")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(cause(path) == .permissionDenied)
  }

  /// Such a file encodes what it has tokens for; anything else is an error that names the byte, not a gap in the tokens.
  @Test func aMissingByteForbidsTextsThatHaveIt() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.tokenizerFile(), to: "tokenizer.bin")
    let tokenizer = try Tokenizer(contentsOf: path)
    #expect(tokenizer.decode([0, 1, 0]) == [97, 98, 99, 97])
    #expect(try tokenizer.encode("aa") == [0, 0])
    #expect(try tokenizer.encode([97]) == [0])
    #expect(try tokenizer.encode("") == [])
    for (text, words) in [
      ("abc", "found byte 98 ('b') at position 1 of the text"), ("a\n", "found byte 10 at position 1"),
      ("é", "found byte 195 at position 0"),
    ] {
      for encode in [{ try tokenizer.encode(text) }, { try tokenizer.encode(Array(text.utf8)) }]
        as [() throws -> [Int]]
      {
        let error = #expect(throws: FileError.self) { try encode() }
        #expect(error?.path == path)
        #expect(error?.description.contains(words) == true)
      }
    }
    let error = #expect(throws: FileError.self) { try Corpus([.standardInput], tokenizer: tokenizer) }
    #expect(error?.description.contains("it can only decode") == true)
  }

  /// A vocabulary of characters, as nanoGPT's: no merges, one token each.
  @Test func aVocabularyOfCharacters() throws {
    let directory = try TemporaryDirectory()
    let letters = [UInt8](" !'abcdefgh\n".utf8).map { [$0] } + [[UInt8]("<end>".utf8)]
    let file = Fixtures.tokenizerFile(endOfText: Int32(letters.count - 1), tokens: letters)
    let tokenizer = try Tokenizer(contentsOf: directory.write(file, to: "tokenizer.bin"))
    #expect(try tokenizer.encode("a bad\n\ncafe!") == [3, 0, 4, 3, 6, 11, 11, 5, 3, 8, 7, 1])
  }

  @Test func numbersStandInForTexts() throws {
    let tokenizer = Tokenizer.numbers(below: 300)
    #expect(tokenizer.vocabularySize == 300 && tokenizer.endOfText == 300)
    #expect(tokenizer.decode([0, 299, 14]) == Array("0 299 14 ".utf8))
    #expect(Tokenizer.numbers(below: 50_257).endOfText == 50_256)
    #expect(throws: FileError.self) { try tokenizer.encode("3") }
  }

  @Test func writesWhatItRead() throws {
    let directory = try TemporaryDirectory()
    let source = TestFiles.fixture("tokenizer/small.bin")
    let copy = directory.file("copy.bin")
    try Tokenizer(contentsOf: source).write(to: copy, replacing: false)
    #expect(try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: URL(filePath: source)))

    #expect(throws: FileError(copy, .alreadyExists)) {
      try Tokenizer.byteLevel.write(to: copy, replacing: false)
    }
    try Tokenizer.byteLevel.write(to: copy, replacing: true)
    let tokenizer = try Tokenizer(contentsOf: copy)
    #expect(tokenizer.vocabularySize == 257)
    #expect(tokenizer.endOfText == 256)
    #expect(try tokenizer.encode("hé\0") == [104, 195, 169, 0])
    #expect(try directory.names() == ["copy.bin"])
  }
}
