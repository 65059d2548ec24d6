import GPT2BinaryFiles
import TestSupport
import Testing

@Suite struct HeaderTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func aNewHeaderIsZeroBehindMagicAndVersion() {
    let header = Header(magic: 20_240_326, version: 3)
    #expect(header.fields == [20_240_326, 3] + [Int32](repeating: 0, count: 254))
    #expect(header.version == 3)
    #expect(Header.byteCount == 1024)
  }

  @Test func fieldsAreLittleEndianWhereTheFormatSaysTheyAre() throws {
    var bytes = [UInt8](repeating: 0, count: 1024)
    bytes.replaceSubrange(0..<8, with: [0x46, 0xD7, 0x34, 0x01, 3, 0, 0, 0])
    bytes.replaceSubrange(4 * 7..<4 * 8, with: [0xFE, 0xFF, 0xFF, 0xFF])
    bytes.replaceSubrange(4 * 255..<4 * 256, with: [0, 0, 0, 0x80])
    let header = try read(bytes)
    #expect(header.fields[0] == 20_240_198)
    #expect(header.version == 3)
    #expect(header[7] == -2)
    #expect(header[255] == Int(Int32.min))
    #expect(header[2] == 0)
  }

  @Test func writingAndReadingGivesTheSameHeader() throws {
    var header = Header(magic: 20_240_198, version: -1)
    header[2] = Int(Int32.max)
    header[255] = Int(Int32.min)
    let path = directory.file("written.bin")
    try FileWriter.write(to: path, replacing: false) { writer throws(FileError) in
      try writer.append(header)
      try writer.append([1, 2, 3] as [UInt16])
    }
    let file = try MappedFile(path: path)
    #expect(file.count == 1030)
    #expect(try Header(of: file, magic: 20_240_198, kind: "test file") == header)
  }

  @Test(arguments: [0, 1, 4, 1020, 1023])
  func aFileThatEndsInTheHeader(count: Int) throws {
    #expect(
      try cause([UInt8](repeating: 0, count: count)) == .truncatedHeader(found: count, expected: 1024))
  }

  @Test(arguments: [0, 20_240_199, -20_240_198, Int32.max] as [Int32])
  func wrongMagic(magic: Int32) throws {
    var bytes = [UInt8](repeating: 0, count: 1024)
    bytes.set(0, to: magic)
    #expect(try cause(bytes) == .wrongMagic(found: magic, expected: 20_240_198, kind: "test file"))
  }

  @Test(arguments: [2, 3, 5])
  func aFieldInItsRangeIsReturned(value: Int) throws {
    var header = Header(magic: 1, version: 1)
    header[4] = value
    #expect(try header.field(4, named: "layers", in: 2...5, of: "a.bin") == value)
  }

  @Test(arguments: [Int(Int32.min), -1, 0, 1, 6, Int(Int32.max)])
  func aFieldOutsideItsRangeIsRefused(value: Int) {
    var header = Header(magic: 1, version: 1)
    header[4] = value
    let found = expectFileError("a.bin") {
      _ = try header.field(4, named: "layers", in: 2...5, of: "a.bin")
    }
    #expect(found == .invalidField(name: "layers", found: value, expected: "a value from 2 to 5"))
  }

  private func read(_ bytes: [UInt8]) throws -> Header {
    let path = try directory.write(bytes, to: "header.bin")
    return try Header(of: try MappedFile(path: path), magic: 20_240_198, kind: "test file")
  }

  private func cause(_ bytes: [UInt8]) throws -> FileError.Cause? {
    let path = try directory.write(bytes, to: "header.bin")
    let file = try MappedFile(path: path)
    return expectFileError(path) { _ = try Header(of: file, magic: 20_240_198, kind: "test file") }
  }
}
