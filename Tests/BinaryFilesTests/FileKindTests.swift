import TestSupport
import Testing

@testable import GPT2BinaryFiles

/// Files of other kinds are called by their names, never by a number alone.
@Suite struct FileKindTests {
  /// First bytes as the programs write them, and a word of what they are called.
  static let beginnings: [(bytes: [UInt8], word: String)] =
    [
      ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 5\n", "git-lfs pointer"),
      ("<!DOCTYPE html>\n<html><body>404", "page of HTML"), ("\r\n\n<HTML>", "page of HTML"),
      ("[PAD]\n[unused0]\n", "vocab.txt of a BERT"), ("[PAD]\r\n[UNK]\r\n", "vocab.txt of a BERT"),
      ("GGUF\u{3}\0\0\0", "a GGUF file"), ("tjgg\u{3}\0\0\0", "before GGUF"), ("BZh91AY", "bzip2"),
      ("GIF89a", "GIF image"), ("%PDF-1.5\n", "a PDF"), ("PAR1\u{15}", "Parquet"), ("ARROW1\0\0", "Arrow"),
      ("SQLite format 3\0", "SQLite"),
      ("PK\u{3}\u{4}" + String(repeating: "\0", count: 26) + "archive/data.pkl", "file of PyTorch's"),
      ("PK\u{3}\u{4}" + String(repeating: "\0", count: 26) + "arr_0.npy", "zip archive"),
      ("PK\u{3}\u{4}" + String(repeating: "\0", count: 26) + "[Content_Types].xml", "office program"),
      (String(repeating: "a", count: 257) + "ustar", "tar archive"),
      ("\u{40}\0\0\0\0\0\0\0{\"__metadata__\":{", "safetensors"),
      ("\u{40}\0\0\0\0\0\0\0 {\"a\":{", "safetensors"),
    ].map { (Array($0.0.utf8), $0.1) } + [
      ([0x1F, 0x8B, 8, 0], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz file"), ([0x89, 0x50, 0x4E, 0x47, 13, 10], "PNG"),
      ([0xFF, 0xD8, 0xFF, 0xE0], "JPEG"), ([0x93] + Array("NUMPY".utf8), "NumPy"),
      ([0x89] + Array("HDF\r\n".utf8), "HDF5"), ([0x7F] + Array("ELF".utf8), "a program"),
      ([0x80, 0x02, 0x8A, 0x0A, 0x6C], "PyTorch before"),
    ]

  /// The magic numbers of llm.c's files, and of ours.
  static let numbers: [(number: Int32, word: String)] = [
    (20_240_326, "model checkpoint"), (20_240_327, "reference state"), (20_240_328, "tokenizer file"),
    (20_240_520, "a token file"), (20_240_522, "multiple-choice file"), (20_240_527, "training run"),
    (20_240_529, "low-rank adapters"), (20_240_801, "32 bits a token"),
  ]

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func cause(_ bytes: [UInt8], magic: Int32 = 77) throws -> FileError.Cause? {
    let path = try directory.write(bytes, to: "file.bin")
    let file = try MappedFile(path: path)
    return expectFileError(path) { _ = try Header(of: file, magic: magic, kind: "test file") }
  }

  @Test(arguments: beginnings)
  func otherProgramsFilesAreNamed(bytes: [UInt8], word: String) throws {
    for padding in [0, 2000] {
      let zeros = [UInt8](repeating: 0, count: padding)
      guard case .mismatch(let found, "a test file", let advice) = try cause(bytes + zeros) else {
        Issue.record("\(word) is not told")
        continue
      }
      #expect(found.contains(word), "\(found)")
      #expect(!advice.isEmpty)
    }
  }

  @Test(arguments: numbers)
  func llmcsFilesAreNamed(number: Int32, word: String) throws {
    var bytes = [UInt8](repeating: 0, count: 1024)
    bytes.set(0, to: number)
    guard case .mismatch(let found, "a test file", "name another file") = try cause(bytes) else {
      Issue.record("\(word) is not told")
      return
    }
    #expect(found.contains(word), "\(found)")
    // One that is of the kind, but cut short, is not another.
    #expect(
      try cause(Array(bytes.prefix(99)), magic: number) == .truncatedHeader(found: 99, expected: 1024))
  }

  @Test func textIsNamed() throws {
    for text in ["Once upon a time", String(repeating: "é\r\n", count: 2000)] {
      #expect(
        try cause(Array(text.utf8))
          == .mismatch(found: "text", expected: "a test file", advice: "name another file"))
    }
  }

  @Test func whatIsNotKnownKeepsItsNumber() throws {
    #expect(
      try cause([7] + [UInt8](repeating: 0, count: 1023))
        == .wrongMagic(found: 7, expected: 77, kind: "test file"))
    #expect(try cause([7, 0, 0, 0]) == .truncatedHeader(found: 4, expected: 1024))
    #expect(try cause([]) == .truncatedHeader(found: 0, expected: 1024))
    // Beginnings of marks that are cut short.
    for (bytes, _) in Self.beginnings where bytes.count > 1 {
      let path = try directory.write([bytes[0]], to: "short")
      let file = try MappedFile(path: path)
      withExtendedLifetime(file) { #expect(FileKind(of: file.bytes) == nil) }
    }
  }

  @Test func aJSONFileThatIsAPointer() throws {
    let path = try directory.write(
      Array("version https://git-lfs.github.com/spec/v1\n".utf8), to: "config.json")
    guard
      case .mismatch(let found, "a JSON file", "get the file with: git lfs pull") =
        expectFileError(path, { _ = try JSONParser.object(contentsOf: path) })
    else {
      Issue.record("not told")
      return
    }
    #expect(found.contains("git-lfs pointer"))
  }
}
