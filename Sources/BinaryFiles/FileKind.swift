/// What a file is, as its first bytes tell: for errors about a file that stands where another kind was expected.
///
/// Nothing is read on the strength of it.
package struct FileKind: Equatable, Sendable {
  /// "a git-lfs pointer": what was found.
  package let name: String
  /// What to do about it; `nil` to name another file.
  package let advice: String?
  /// Whether somebody may want to read it as a text all the same.
  package let isText: Bool
  /// Whether it is text that stands for a file which is not there.
  package let isPointer: Bool

  fileprivate init(_ name: String, isText: Bool = false, isPointer: Bool = false, advice: String? = nil) {
    self.name = name
    self.advice = advice
    self.isText = isText
    self.isPointer = isPointer
  }

  /// - Parameter bytes: All of the file, or its beginning: 1,024 bytes tell all.
  /// - Returns: `nil` if it is nothing that is known.
  package init?(of bytes: UnsafeRawBufferPointer) {
    let start = Start(bytes: bytes)
    guard let kind = Self.ofText(start) ?? Self.ofNumber(start) ?? Self.ofMark(start) else { return nil }
    self = kind
  }

  /// Whether the bytes begin as UTF-8 without control characters but white space.
  package static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = bytes.prefix(4096)
    let isWritten = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || 0x09...0x0D ~= $0 }
    // The last character may be cut off.
    return !start.isEmpty && isWritten
      && (0...3).contains { String(validating: start.dropLast($0), as: UTF8.self) != nil }
  }

  // MARK: - Text that stands for something else

  private static func ofText(_ start: Start) -> FileKind? {
    if start.begins("version https://git-lfs.github.com/spec/") {
      return FileKind(
        "a git-lfs pointer, not the file it stands for", isPointer: true,
        advice: "get the file with: git lfs pull")
    }
    // Some servers begin a page with an empty line.
    let page = start.withoutSpace
    if page.beginsInAnyCase("<!doctype html") || page.beginsInAnyCase("<html") {
      return FileKind(
        "a page of HTML, as servers send for an error", isText: true, advice: "fetch the file again")
    }
    if start.begins("[PAD]\n[") || start.begins("[PAD]\r\n[") {
      return FileKind("the vocab.txt of a BERT", isText: true, advice: "use a tokenizer of GPT-2's kind")
    }
    return nil
  }

  // MARK: - Numbers of four bytes

  /// llm.c's files, and ours of that kind; each begins with the date of its invention.
  private static let numbered: [Int32: String] = [
    20_240_326: "a model checkpoint of llm.c's kind",
    20_240_327: "a reference state of llm.c's kind",
    20_240_328: "a tokenizer file of llm.c's kind",
    20_240_520: "a token file",
    20_240_522: "a multiple-choice file",
    20_240_527: "the state of a training run",
    20_240_529: "a file of low-rank adapters",
    20_240_801: "a token file of 32 bits a token, as llm.c has them for Llama 3",
  ]

  private static func ofNumber(_ start: Start) -> FileKind? {
    guard start.bytes.count >= 4 else { return nil }
    let number = Int32(littleEndian: start.bytes.loadUnaligned(as: Int32.self))
    return numbered[number].map { FileKind($0) }
  }

  // MARK: - The marks of other programs' files

  package static let safeTensors = FileKind("a safetensors file")

  private static let marks: [(mark: [UInt8], kind: FileKind)] = [
    (Array("GGUF".utf8), FileKind("a GGUF file")),
    (Array("tjgg".utf8), FileKind("a model in llama.cpp's format before GGUF", advice: "get it as GGUF")),
    ([0x80, 0x02, 0x8A, 0x0A], FileKind("a file of PyTorch before version 1.6", advice: "save it again")),
    ([0x1F, 0x8B], FileKind("a gzip file", advice: "unpack it with: gunzip")),
    ([0x28, 0xB5, 0x2F, 0xFD], FileKind("a Zstandard file", advice: "unpack it with: unzstd")),
    ([0xFD] + Array("7zXZ\0".utf8), FileKind("an xz file", advice: "unpack it with: unxz")),
    (Array("BZh".utf8), FileKind("a bzip2 file", advice: "unpack it with: bunzip2")),
    ([0x89] + Array("PNG".utf8), FileKind("a PNG image")),
    ([0xFF, 0xD8, 0xFF], FileKind("a JPEG image")),
    (Array("GIF8".utf8), FileKind("a GIF image")),
    (Array("%PDF-".utf8), FileKind("a PDF", advice: "take the text out of it with: pdftotext")),
    (Array("PAR1".utf8), FileKind("a Parquet file", advice: "write its texts as JSON lines")),
    (Array("ARROW1".utf8), FileKind("an Arrow file", advice: "write its texts as JSON lines")),
    ([0x93] + Array("NUMPY".utf8), FileKind("a NumPy array")),
    ([0x89] + Array("HDF".utf8), FileKind("an HDF5 file")),
    (Array("SQLite format 3".utf8), FileKind("an SQLite data base")),
    ([0x7F] + Array("ELF".utf8), FileKind("a program")),
  ]

  private static func ofMark(_ start: Start) -> FileKind? {
    if start.begins("PK\u{3}\u{4}") { return ofZip(start) }
    if let found = marks.first(where: { start.begins($0.mark) }) { return found.kind }
    if start.isSafeTensors { return safeTensors }
    if start.rest(from: 257).begins("ustar") {
      return FileKind("a tar archive", advice: "unpack it with: tar -xf")
    }
    return nil
  }

  /// A zip file begins with the name of the first file in it, after 30 bytes.
  private static func ofZip(_ start: Start) -> FileKind {
    let name = start.rest(from: 30)
    if name.contains("data.pkl", before: 128) { return FileKind("a file of PyTorch's") }
    if name.begins("[Content_Types].xml") {
      return FileKind("a document of an office program", advice: "save it as plain text")
    }
    return FileKind("a zip archive", advice: "unpack it with: unzip")
  }
}

/// The beginning of a file.
private struct Start {
  let bytes: UnsafeRawBufferPointer

  func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
  func begins(_ mark: [UInt8]) -> Bool { bytes.starts(with: mark) }

  func beginsInAnyCase(_ text: String) -> Bool {
    bytes.count >= text.utf8.count && zip(bytes, text.utf8).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
  }

  func rest(from offset: Int) -> Start {
    Start(bytes: UnsafeRawBufferPointer(rebasing: bytes.dropFirst(offset)))
  }

  var withoutSpace: Start {
    rest(from: bytes.prefix(64).prefix { $0 == 0x20 || 0x09...0x0D ~= $0 }.count)
  }

  func contains(_ text: String, before end: Int) -> Bool {
    (0..<min(end, bytes.count)).contains { rest(from: $0).begins(text) }
  }

  /// Eight bytes that count those of a JSON object, and its beginning.
  var isSafeTensors: Bool {
    guard bytes.count >= 10 else { return false }
    let count = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    return 2...100_000_000 ~= count && rest(from: 8).withoutSpace.begins("{")
  }
}

extension FileError {
  /// That `file` begins with another magic number than `expected`: by name, if it can be told what it is.
  ///
  /// - Parameter kind: What was expected, without an article: "token file".
  package static func wrongMagic(of file: MappedFile, expected: Int32, kind: String) -> FileError {
    let text = FileKind.isText(file.bytes) ? FileKind("text", isText: true) : nil
    if let found = FileKind(of: file.bytes) ?? text {
      return anotherKind(found, at: file.path, expected: kind)
    }
    guard file.count >= Header.byteCount else {
      return FileError(file.path, .truncatedHeader(found: file.count, expected: Header.byteCount))
    }
    return FileError(
      file.path, .wrongMagic(found: file.load(Int32.self, at: 0), expected: expected, kind: kind))
  }

  /// That a file is of a kind that is known, and not the one that was expected.
  package static func anotherKind(_ found: FileKind, at path: String, expected kind: String) -> FileError {
    let isPlural = kind.hasSuffix("s")
    return FileError(
      path,
      .mismatch(
        found: found.name, expected: isPlural ? kind : "a \(kind)",
        advice: found.advice ?? "name another file"))
  }
}
