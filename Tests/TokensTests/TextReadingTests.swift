import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// What the bytes of a text become, held against Python: see dev/reference/make_texts.py.
struct TextReadingTests {
  private struct Record: Decodable {
    let bytes: String
    let text: String
  }

  private let directory: TemporaryDirectory
  private let files: [Record]
  private let lines: [Record]

  init() throws {
    directory = try TemporaryDirectory()
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("texts.json")))
    let records = try JSONDecoder().decode([String: [Record]].self, from: data)
    files = try #require(records["files"])
    lines = try #require(records["lines"])
  }

  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.utf8.map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private func text(of path: String, _ documents: DocumentSeparation = .file, blockSize: Int = 1 << 18) throws
    -> [UInt8]
  {
    let found = try Stream(paths: [path], documents: documents, blockSize: blockSize)
    return found.tokens.dropFirst().map { UInt8(truncatingIfNeeded: $0) }
  }

  @Test func filesAreReadAsInPythonsTextMode() throws {
    #expect(files.count > 80)
    for record in files {
      let path = try directory.write(bytes(record.bytes), to: "text")
      for blockSize in [1, 2, 3, 1000] {
        #expect(try text(of: path, blockSize: blockSize) == bytes(record.text), "\(record.bytes)")
      }
    }
  }

  /// Line ends and characters over every border of what is read at once.
  @Test func partsMayEndAnywhere() throws {
    for record in files {
      let (whole, expected) = (bytes(record.bytes), bytes(record.text))
      for size in [1, 2, 3, 5] {
        var decoder = try whole.withUnsafeBytes {
          try TextDecoder(.text, head: $0, convertingLineEnds: true, name: "text")
        }
        var found: [UInt8] = []
        var rest = whole[...]
        repeat {
          let part = Array(rest.prefix(size))
          rest = rest.dropFirst(size)
          part.withUnsafeBytes { decoder.decode($0, isLast: rest.isEmpty, into: &found) }
        } while !rest.isEmpty
        #expect(found == expected)
      }
    }
  }

  @Test func utf16OfManyBlocks() throws {
    let text = String(repeating: "é世🙂 \r\n", count: 5000)
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
      let bytes = mark + Array(try #require(text.data(using: encoding)))
      let path = try directory.write(bytes, to: "text")
      for blockSize in [999, 1000, 1 << 18] {
        let isSame =
          try self.text(of: path, blockSize: blockSize)
          == Array(text.replacing("\r\n", with: "\n").utf8)
        #expect(isSame)
      }
    }
  }

  /// U+FFFD in each place, as Python's codec has it with errors="replace".
  @Test(
    arguments: [
      ([0x3D, 0xD8, 0x41, 0x00], "\u{FFFD}A"), ([0x42, 0xDE, 0x41, 0x00], "\u{FFFD}A"),
      ([0x41, 0x00, 0x3D, 0xD8], "A\u{FFFD}"), ([0x41, 0x00, 0x42], "A\u{FFFD}"),
    ] as [([UInt8], String)])
  func halfCharactersOfUTF16(bytes: [UInt8], expected: String) throws {
    let path = try directory.write([0xFF, 0xFE] + bytes, to: "text")
    #expect(try text(of: path) == Array(expected.utf8))
  }

  @Test func rawTextsKeepEveryByte() throws {
    for bytes in files.map({ bytes($0.bytes) }) + [[0, 1, 0xFF, 13, 10, 0xFE]] {
      let path = try directory.write(bytes, to: "text")
      let found = try Stream(paths: [path], documents: .file, reading: .raw)
      #expect(found.tokens.dropFirst().map { UInt8(truncatingIfNeeded: $0) } == bytes)
    }
  }

  @Test func linesOfJSONLoseNoSurrogate() throws {
    #expect(lines.count > 30)
    for record in lines {
      let path = try directory.write(bytes(record.bytes), to: "lines")
      #expect(try text(of: path, .jsonLines(field: "text")) == bytes(record.text), "\(record.bytes)")
    }
  }

  /// The ends of lines of JSON are white space; those in a text are what its escapes say.
  @Test func linesOfJSONKeepTheirLineEnds() throws {
    let lines = "\u{FEFF}{\"text\":\"a\\r\\nb\"}\r\n{\"text\":\"c\\r\"}\r\n"
    let path = try directory.write(Array(lines.utf8), to: "lines")
    let found = try Stream(paths: [path], documents: .jsonLines(field: "text"))
    #expect(found.tokens == "|a\r\nb|c\r".utf8.map { $0 == UInt8(ascii: "|") ? 256 : UInt16($0) })
    #expect(found.conversions.lineEnds == 0 && found.conversions.marks == 1)
  }

  @Test func conversionsAreCounted() throws {
    let paths = try [
      Array("\u{FEFF}a\r\n\r\nb\rc\n".utf8), [0xFF, 0xFE, 13, 0, 10, 0], Array("plain\n".utf8),
    ].enumerated().map { try directory.write($1, to: "\($0)") }
    for blockSize in [1, 1000] {
      let found = try Stream(paths: paths, blockSize: blockSize).conversions
      #expect(found.lineEnds == 4 && found.fromUTF16 == 1 && found.marks == 1)
    }
  }

  /// Each kind of thing that is no text, and words of what is said.
  @Test(
    arguments: [
      ([0xFF, 0xFE, 0, 0, 65, 0, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF, 0, 0, 0, 65], "UTF-32"),
      (Array("H\0e\0l\0l\0o\0 \0\u{1}\0".utf8), "UTF-16LE without a byte-order mark"),
      (Array("\0H\0e\0l\0l\0o\0 ".utf8), "UTF-16BE without a byte-order mark"),
      (Array("some text\0 and more text".utf8), "a zero byte at position 9"),
      (Array("caf".utf8) + [0xE9] + Array(" au lait".utf8), "1 bytes that are no UTF-8 among the first 12"),
      (Array("GGUF\u{3}\0\0\0".utf8), "a GGUF file"), ([0x1F, 0x8B, 8, 0], "a gzip file"),
      (Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".utf8), "a git-lfs pointer"),
    ] as [([UInt8], String)])
  func whatIsNoText(bytes: [UInt8], words: String) throws {
    let path = try directory.write(bytes, to: "text")
    for documents in [DocumentSeparation.file, .jsonLines(field: "text")] {
      guard
        case .mismatch(let found, "text in UTF-8, or in UTF-16 with its mark", let advice) =
          expectFileError(path, { _ = try Stream(paths: [path], documents: documents) })
      else {
        Issue.record("\(words) was read")
        continue
      }
      #expect(found.contains(words), "\(found)")
      #expect(!advice.isEmpty)
    }
    // In a folder it is skipped, and counted.
    let list = expectFileError(directory.path) { _ = try TextFileList([directory.path]) }
    guard case .mismatch("no text in this folder, and 1 files or folders skipped", _, _) = list else {
      Issue.record("found \(String(describing: list))")
      return
    }
  }

  /// Texts that look like something else at first.
  @Test(arguments: ["GGUF is a format.", "PK", "%PDF-1.5 is how a PDF begins", "<html>", "[PAD]\n[UNK]", "{"])
  func textsThatBeginAsOtherFilesDo(text: String) throws {
    let path = try directory.write(Array(text.utf8), to: "text")
    #expect(try self.text(of: path) == Array(text.utf8))
  }

  /// One damaged character in a long text, and one that the end of what is looked at cuts in two.
  @Test func aFewStrayBytesStay() throws {
    let long = Array(String(repeating: "all is well. ", count: 100).utf8)
    let stray = long + [0xE9] + long
    let cut = [UInt8](repeating: 97, count: TextEncoding.headLength - 1) + Array("é".utf8)
    for bytes in [stray, cut] {
      let path = try directory.write(bytes, to: "text")
      #expect(try text(of: path) == bytes)
    }
  }

  @Test func promptsAreReadLikewise() throws {
    let (text, conversions) = try TextReading.text.decode(Array("a\r\nb".utf8), of: "prompt")
    #expect(text == Array("a\nb".utf8) && conversions.lineEnds == 1)
    #expect(try TextReading.raw.decode([0xFF, 0xFE, 13], of: "prompt").text == [0xFF, 0xFE, 13])
    #expect(try TextReading.text.decode([], of: "prompt").text == [])
    expectFileError("prompt") { _ = try TextReading.text.decode([65, 0, 0, 0, 66], of: "prompt") }
  }
}
