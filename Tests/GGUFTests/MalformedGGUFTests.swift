import GPT2BinaryFiles
import Foundation
import GPT2GGUF
import TestSupport
import Testing

/// One test a way in which a file can be wrong, each a good file with some bytes changed.
@Suite struct MalformedGGUFTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func theGoodFileIsGood() throws {
    let file = try GGUFFile(contentsOf: try directory.write(GoodFile.bytes, to: "good.gguf"))
    #expect(file["k"] == .uint32(7))
    #expect(file.tensors.map(\.dimensions) == [[32, 2], [3]])
    #expect(copy(of: "b", in: file)?.count == 12)
  }

  @Test func version2IsRead() throws {
    #expect(try cause { $0.put(UInt32(2), at: GoodFile.version) } == nil)
  }

  /// Wherever it is cut, but for the padding after the last tensor.
  @Test func cutShort() throws {
    let bytes = GoodFile.bytes
    for count in 0..<GoodFile.start + 96 + 12 {
      guard let cause = try cause(bytes: Array(bytes.prefix(count))) else {
        Issue.record("accepted \(count) bytes")
        continue
      }
      switch cause {
      case .truncatedHeader, .wrongSize, .invalidField: break
      default: Issue.record("\(count) bytes: \(cause)")
      }
    }
    #expect(try cause { $0.removeLast(20) } == nil)
    #expect(try cause { $0 = [] } == .truncatedHeader(found: 0, expected: 4))
    #expect(
      try cause { $0.removeLast(21) } == .wrongSize(found: 235, expected: 236))
  }

  /// A sparse file, which takes 4 KiB on the disk, has all the values that it says it has.
  @Test(arguments: [(7, 1), (0, 1), (10, 8)])
  func anArrayThatNoMachineHolds(type: Int, byteCount: Int) throws {
    var file = GGUFBytes()
    file.add(UInt32(0x4655_4747), 3)
    file.add(UInt64(0), 1)
    file.add("k")
    file.add(UInt32(9), UInt32(type))
    let count = 1_400_000_000
    file.add(UInt64(count))
    let path = try directory.write(file.bytes, to: "sparse.gguf")
    try #require(truncate(path, off_t(file.bytes.count + byteCount * count)) == 0)
    let cause = fileErrorCause(path) { () throws(FileError) in _ = try GGUFFile(contentsOf: path) }
    guard case .invalidField("length of array k", count, _)? = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
  }

  /// A tensor of 4 TiB in such a file is not touched before it is read.
  @Test func aTensorThatNoMachineHolds() throws {
    var bytes = GoodFile.bytes
    bytes.put(UInt64(1 << 40), at: GoodFile.secondColumns)
    let path = try directory.write(bytes, to: "sparse.gguf")
    try #require(truncate(path, off_t(GoodFile.start + 96 + 4 << 40)) == 0)
    #expect(try GGUFFile(contentsOf: path).tensors.last?.dimensions == [1 << 40])
  }

  @Test func appendedBytes() throws {
    #expect(try cause { $0.append(0) } == .wrongSize(found: 257, expected: 256))
  }

  @Test func wrongMagic() throws {
    let expected = FileError.Cause.mismatch(
      found: "a model checkpoint of llm.c's kind", expected: "a GGUF file", advice: "name another file")
    #expect(try cause { $0.put(Int32(20_240_326), at: 0) } == expected)
  }

  @Test(arguments: [
    (1, "convert"), (4, "newer"), (0, "newer"), (3 << 24, "big-endian"), (2 << 24, "big-endian"),
  ])
  func version(_ version: Int32, _ word: String) throws {
    guard
      case .unsupportedVersion(version, [2, 3], let advice) = try cause({
        $0.put(version, at: GoodFile.version)
      })
    else {
      Issue.record("accepted version \(version)")
      return
    }
    #expect(advice.contains(word))
  }

  @Test(
    arguments: [GoodFile.tensorCount, GoodFile.entryCount, GoodFile.keyLength], [1000, .max] as [UInt64])
  func countsBeyondTheFile(at offset: Int, count: UInt64) throws {
    guard case .invalidField(_, Int(clamping: count), _) = try cause({ $0.put(count, at: offset) }) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func aKeyThatIsNotUTF8() throws {
    try expectMismatch("a metadata key that is not UTF-8") { $0[GoodFile.key] = 0xFF }
  }

  @Test func anEmptyKey() throws {
    var file = GGUFBytes()
    file.add(UInt32(0x4655_4747), 3)
    file.add(UInt64(0), 1)
    file.add("")
    file.add(UInt32(10))
    file.add(UInt64(7))
    let expected = FileError.Cause.invalidField(
      name: "length of a metadata key", found: 0, expected: "1 to 65535 bytes")
    #expect(try cause(bytes: file.bytes) == expected)
  }

  @Test func aTypeOfMetadataThatIsNone() throws {
    let expected = FileError.Cause.invalidField(
      name: "type of k", found: 13, expected: "a value from 0 to 12")
    #expect(try cause { $0.put(UInt32(13), at: GoodFile.valueType) } == expected)
  }

  @Test func aBoolThatIsNone() throws {
    let expected = FileError.Cause.invalidField(name: "k", found: 2, expected: "0 or 1, a bool")
    #expect(try cause(value: .bool) { $0.add(UInt8(2)) } == expected)
  }

  @Test func aKeyTwice() throws {
    var file = GGUFBytes()
    file.add(UInt32(0x4655_4747), 3)
    file.add(UInt64(0), 2)
    for _ in 0..<2 {
      file.add("k")
      file.add(UInt32(4), 7)
    }
    try expectMismatch("metadata key k twice", bytes: file.bytes)
  }

  @Test(arguments: [100, .max] as [UInt64])
  func aStringBeyondTheFile(length: UInt64) throws {
    let found = try cause(value: .string) { $0.add(length) }
    guard case .invalidField("length of the value of k", Int(clamping: length), _) = found else {
      Issue.record("expected an invalid field")
      return
    }
  }

  /// So many that their size overflows, and so many empty strings that only their lengths would not fit.
  @Test(arguments: [.max, 1 << 62, 3] as [UInt64])
  func anArrayBeyondTheFile(count: UInt64) throws {
    let found = try cause(value: .array) {
      $0.add(MetadataType.string.rawValue)
      $0.add(count)
      $0.add(UInt64(0), 0)
    }
    guard case .invalidField("length of array k", Int(clamping: count), _) = found else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func anArrayOfArrays() throws {
    let found = try cause(value: .array) {
      $0.add(MetadataType.array.rawValue)
      $0.add(UInt64(0))
    }
    guard case .mismatch("an array of arrays, k", _, _) = found else {
      Issue.record("expected a mismatch, found \(String(describing: found))")
      return
    }
  }

  @Test(arguments: [0, 3, 48, 1 << 21] as [UInt32])
  func anAlignmentThatIsNone(alignment: UInt32) throws {
    let found = try cause(bytes: entry("general.alignment", .uint32) { $0.add(alignment) })
    guard case .invalidField("general.alignment", Int(alignment), _) = found else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func anotherAlignment() throws {
    var file = GGUFBytes()
    file.add(UInt32(0x4655_4747), 3)
    file.add(UInt64(2), 1)
    file.add("general.alignment")
    file.add(UInt32(4), 64)
    for (name, offset) in [("b", 0), ("a", 64)] as [(String, UInt64)] {
      file.add(name)
      file.add(UInt32(1))
      file.add(UInt64(1))
      file.add(UInt32(0))
      file.add(offset)
    }
    let start = (file.bytes.count + 63) / 64 * 64
    let padding = [UInt8](repeating: 0, count: start + 64 - file.bytes.count)
    let path = try directory.write(file.bytes + padding + [1, 2, 3, 4], to: "64.gguf")
    #expect(copy(of: "a", in: try GGUFFile(contentsOf: path)) == [1, 2, 3, 4])
  }

  @Test(arguments: [0, 5, .max] as [UInt32])
  func aNumberOfDimensionsThatIsNone(count: UInt32) throws {
    let expected = FileError.Cause.invalidField(
      name: "number of dimensions of a", found: Int(count), expected: "a value from 1 to 4")
    #expect(try cause { $0.put(count, at: GoodFile.dimensionCount) } == expected)
  }

  @Test(arguments: [0, .max] as [UInt64])
  func aDimensionThatIsNone(extent: UInt64) throws {
    let expected = FileError.Cause.invalidField(
      name: "a dimension of a", found: Int(clamping: extent), expected: "a value from 1 on")
    #expect(try cause { $0.put(extent, at: GoodFile.rows) } == expected)
  }

  @Test func dimensionsWhoseProductOverflows() throws {
    let found = try cause {
      $0.put(UInt64(1 << 40), at: GoodFile.columns)
      $0.put(UInt64(1 << 40), at: GoodFile.rows)
    }
    #expect(found == .wrongSize(found: 256, expected: .max))
  }

  @Test func dimensionsBeyondTheFile() throws {
    let found = try cause { $0.put(UInt64(1 << 40), at: GoodFile.secondColumns) }
    #expect(found == .wrongSize(found: 256, expected: 224 + 4 << 40))
  }

  @Test func rowsThatAreNoWholeBlocks() throws {
    let expected = FileError.Cause.invalidField(
      name: "columns of a", found: 33, expected: "a multiple of 32, the block of Q8_0")
    #expect(try cause { $0.put(UInt64(33), at: GoodFile.columns) } == expected)
  }

  @Test(arguments: [
    (9, "Q8_1"), (15, "Q8_K"), (26, "I32"), (4, "number 4"), (31, "number 31"), (99, "number 99"),
  ])
  func aTypeThatIsNotRead(number: UInt32, name: String) throws {
    try expectMismatch("tensor a of type \(name)") { $0.put(number, at: GoodFile.tensorType) }
  }

  /// What helps depends on the type.
  @Test(arguments: [
    (15, "convert the model again"), (26, "convert the model again"), (99, "newer than this program"),
  ])
  func theAdviceForATypeThatIsNotRead(number: UInt32, words: String) throws {
    guard
      case .mismatch(_, let expected, let advice) = try cause({ $0.put(number, at: GoodFile.tensorType) })
    else {
      Issue.record("expected a mismatch")
      return
    }
    #expect(advice.contains(words))
    #expect(expected.hasPrefix("one of F32, F16, BF16, Q8_0, Q4_0, Q4_1, "))
  }

  @Test(arguments: [
    (3, 32, "Q4_1"), (12, 256, "Q4_K"), (14, 256, "Q6_K"), (23, 256, "IQ4_XS"), (17, 256, "IQ2_XS"),
    (41, 128, "Q1_0"), (40, 64, "NVFP4"),
  ])
  func rowsThatAreNoWholeBlocksOfOtherTypes(number: UInt32, block: Int, name: String) throws {
    let expected = FileError.Cause.invalidField(
      name: "columns of a", found: 33, expected: "a multiple of \(block), the block of \(name)")
    let found = try cause {
      $0.put(UInt64(33), at: GoodFile.columns)
      $0.put(number, at: GoodFile.tensorType)
    }
    #expect(found == expected)
  }

  @Test(arguments: [8, 256 + 32, 1 << 60, .max] as [UInt64])
  func anOffsetThatIsNone(offset: UInt64) throws {
    let expected = FileError.Cause.invalidField(
      name: "offset of a", found: Int(clamping: offset), expected: "a multiple of 32 inside the file")
    #expect(try cause { $0.put(offset, at: GoodFile.offset) } == expected)
  }

  @Test func anOffsetWhoseTensorEndsBeyondTheFile() throws {
    #expect(
      try cause { $0.put(UInt64(1000), at: GoodFile.secondColumns) } == .wrongSize(found: 256, expected: 4224)
    )
  }

  /// As where a tensor is said to be in a smaller type than it is in: its values would be read wrongly.
  @Test func aTensorThatIsShorterThanItsPlace() throws {
    try expectMismatch("tensor b behind 32 bytes that belong to none") {
      $0.put(UInt64(1), at: GoodFile.rows)
    }
    try expectMismatch("tensor b behind 32 bytes that belong to none") {
      $0.put(UInt64(128), at: GoodFile.secondOffset)
    }
  }

  @Test(arguments: [0, 32, 64] as [UInt64])
  func tensorsThatOverlap(offset: UInt64) throws {
    try expectMismatch("inside another's data") { $0.put(offset, at: GoodFile.secondOffset) }
  }

  @Test func aTensorTwice() throws {
    try expectMismatch("tensor a twice") { $0[GoodFile.secondName] = UInt8(ascii: "a") }
  }

  @Test func aTensorNameThatIsNotUTF8() throws {
    try expectMismatch("a tensor's name that is not UTF-8") { $0[GoodFile.firstName] = 0xC0 }
  }

  @Test func aNameIsShownWithoutControlCharacters() throws {
    try expectMismatch("tensor \\n of type Q8_K") {
      $0[GoodFile.firstName] = UInt8(ascii: "\n")
      $0.put(UInt32(15), at: GoodFile.tensorType)
    }
  }

  @Test func missingFileAndDirectory() {
    let missing = directory.file("missing.gguf")
    #expect(expectFileError(missing) { _ = try GGUFFile(contentsOf: missing) } == .notFound)
    #expect(expectFileError(directory.path) { _ = try GGUFFile(contentsOf: directory.path) } == .isDirectory)
  }

  private func cause(_ change: (inout [UInt8]) -> Void) throws -> FileError.Cause? {
    var bytes = GoodFile.bytes
    change(&bytes)
    return try cause(bytes: bytes)
  }

  private func cause(bytes: [UInt8]) throws -> FileError.Cause? {
    let path = try directory.write(bytes, to: "bad.gguf")
    return fileErrorCause(path) { () throws(FileError) in _ = try GGUFFile(contentsOf: path) }
  }

  /// Of a file with one key, "k".
  private func cause(value type: MetadataType, _ add: (inout GGUFBytes) -> Void) throws -> FileError.Cause? {
    try cause(bytes: entry("k", type, add))
  }

  private func entry(_ key: String, _ type: MetadataType, _ add: (inout GGUFBytes) -> Void) -> [UInt8] {
    var file = GGUFBytes()
    file.add(UInt32(0x4655_4747), 3)
    file.add(UInt64(0), 1)
    file.add(key)
    file.add(type.rawValue)
    add(&file)
    return file.bytes
  }

  private func expectMismatch(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout [UInt8]) -> Void
  ) throws {
    var bytes = GoodFile.bytes
    change(&bytes)
    try expectMismatch(words, bytes: bytes, sourceLocation: sourceLocation)
  }

  private func expectMismatch(
    _ words: String, bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    guard case .mismatch(let found, _, _) = try cause(bytes: bytes) else {
      Issue.record("expected a mismatch", sourceLocation: sourceLocation)
      return
    }
    #expect(found.contains(words), sourceLocation: sourceLocation)
  }
}
