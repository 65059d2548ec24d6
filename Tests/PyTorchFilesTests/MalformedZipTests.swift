import GPT2BinaryFiles
import GPT2PyTorchFiles
import TestSupport
import Testing

/// One test a way in which an archive can be wrong, each a good one with something changed.
@Suite struct MalformedZipTests {
  private let directory: TemporaryDirectory
  private static let good = ZipBytes(records: [
    .init(name: "x/data.pkl", bytes: Op.pickle(Op.dictionary([("a", Op.tensor())]))),
    .init(name: "x/data/0", bytes: [UInt8](repeating: 1, count: 24)),
  ])

  init() throws { directory = try TemporaryDirectory() }

  private func found(_ bytes: [UInt8]) throws -> String? {
    let path = try directory.write(bytes, to: "model.bin")
    let cause = fileErrorCause(path) { () throws(FileError) in
      _ = try PyTorchFile(try MappedFile(path: path)).tensors()
    }
    guard case .mismatch(let found, _, _)? = cause else {
      return cause.map { "\($0)" }
    }
    return found
  }

  private func found(_ change: (inout ZipBytes) -> Void) throws -> String? {
    var zip = Self.good
    change(&zip)
    return try found(zip.bytes)
  }

  @Test func theGoodOneIsGood() throws { #expect(try found { _ in } == nil) }

  @Test(arguments: [false, true])
  func cutShort(isWide: Bool) throws {
    var zip = Self.good
    zip.isWide = isWide
    let bytes = zip.bytes
    for count in 0..<bytes.count { #expect(try found(Array(bytes.prefix(count))) != nil, "\(count)") }
  }

  /// Every byte of the directory and of the end, set to what is worst.
  @Test(arguments: [false, true])
  func changedBytesDoNoHarm(isWide: Bool) throws {
    var zip = Self.good
    zip.isWide = isWide
    for index in zip.records.indices { zip.records[index].isWide = isWide }
    let bytes = zip.bytes
    for index in bytes.indices {
      for value: UInt8 in [0x00, 0x7F, 0x80, 0xFF] {
        var changed = bytes
        changed[index] = value
        _ = try found(changed)
      }
    }
  }

  @Test func bytesAtTheEnd() throws {
    #expect(try found { $0.comment = [1] } == "no end of a zip archive")
    #expect(try found(Self.good.bytes + [0]) == "no end of a zip archive")
  }

  @Test(arguments: [8, 14, 99])
  func compressed(method: Int) throws {
    #expect(try found { $0.records[1].method = method } == "record x/data/0 that is compressed or encrypted")
  }

  @Test func encrypted() throws {
    #expect(try found { $0.records[1].flags = 1 } == "record x/data/0 that is compressed or encrypted")
  }

  /// What is small in the file and said to be large, which is what a bomb is.
  @Test func aRecordLargerThanItsBytes() throws {
    #expect(
      try found {
        $0.records[1].statedSize = 1 << 30
        $0.records[1].statedPackedSize = 24
      } == "record x/data/0 of 24 bytes that says it is 1073741824")
    #expect(
      try found { $0.records[1].statedSize = 1 << 30 }
        == "record x/data/0 of 1073741824 bytes, more than there are")
  }

  @Test func sizesThatOverflow() throws {
    for size in [Int.max, Int.max - 40, -1, Int.min] {
      let words = try found {
        $0.records[1].isWide = true
        $0.records[1].statedSize = size
      }
      #expect(words?.contains("bytes") == true, "\(size): \(words ?? "nothing")")
    }
    for offset in [Int.max, -1, Int.max - 10] {
      #expect(
        try found {
          $0.isWide = true
          $0.statedDirectory = offset
        } != nil)
      #expect(
        try found {
          $0.records[1].isWide = true
          $0.records[1].statedHeader = offset
        } != nil)
    }
  }

  @Test func aNameTwice() throws {
    #expect(try found { $0.records.append($0.records[1]) } == "record x/data/0 twice")
  }

  @Test func recordsThatShareBytes() throws {
    // A second record whose header is inside the first one's bytes.
    let inner = ZipBytes(records: [.init(name: "x/data/1", bytes: [1, 2])]).bytes.prefix(30 + 8 + 2)
    #expect(
      try found {
        let start = 30 + "x/data.pkl".utf8.count + $0.records[0].bytes.count + 30 + "x/data/0".utf8.count
        $0.records[1].bytes = Array(inner) + [UInt8](repeating: 0, count: 24)
        $0.records.append(.init(name: "x/data/1", bytes: [1, 2], statedHeader: start))
      } == "record x/data/1 inside another")
  }

  @Test func aNameThatTheHeaderDoesNotHave() throws {
    #expect(
      try found { $0.records[1].nameInHeader = "x/data/9" }
        == "record x/data/0 with another name in its header")
  }

  @Test func countsThatAreWrong() throws {
    #expect(try found { $0.statedCount = 1 } == "bytes behind the directory's last record")
    #expect(try found { $0.statedCount = 3 } == "3 records in a directory of 110 bytes")
    #expect(
      try found {
        $0.records[1].name = String(repeating: "x", count: 60)
        $0.statedCount = 3
      } == "no record of the directory where one should be")
    #expect(
      try found {
        $0.isWide = true
        $0.statedCount = 1 << 40
      }?.hasPrefix("1099511627776 records in a directory of") == true)
    #expect(
      try found { $0.statedDirectorySize = 5 } == "a directory that does not end where the archive does")
  }

  @Test func noPickle() throws {
    #expect(try found { $0.records.remove(at: 0) } == "a zip archive without data.pkl")
    #expect(
      try found { $0.records.append(.init(name: "y/data.pkl", bytes: [])) }
        == "a zip archive without data.pkl")
  }

  @Test func anotherByteOrder() throws {
    #expect(
      try found { $0.records.append(.init(name: "x/byteorder", bytes: Array("big".utf8))) }
        == "numbers in another byte order than little-endian")
  }
}
