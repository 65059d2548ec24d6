import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Lessons

/// idx files as MNIST has them, and every way in which they can be wrong.
@Suite struct IDXFileTests {
  private let directory: TemporaryDirectory
  private let table = IDXBytes.make([3, 2, 2], Array(10..<22))

  init() throws { directory = try TemporaryDirectory() }

  @Test func readsPlainAndPackedFiles() throws {
    for bytes in [table, try IDXBytes.gzip(table), IDXBytes.storedGzip(table)] {
      let file = try read(bytes)
      #expect(file.dimensions == [3, 2, 2])
      #expect(file.values == Array(10..<22))
    }
  }

  /// Sizes around those of zlib's window and buffers.
  @Test(arguments: [1, 255, 32_767, 32_768, 65_537, 300_000])
  func readsBackAnyValues(count: Int) throws {
    var random = SeededRandom(seed: UInt64(count))
    // Some packs well and some does not.
    let values = (0..<count).map { $0 % 1000 < 500 ? UInt8.random(in: 0...255, using: &random) : 0 }
    #expect(try read(IDXBytes.gzip(IDXBytes.make([count], values)), rank: 1).values == values)
  }

  @Test(arguments: [0, 3, 4, 15])
  func aShortHeader(count: Int) throws {
    for bytes in [Array(table.prefix(count)), IDXBytes.storedGzip(Array(table.prefix(count)))] {
      #expect(cause(bytes) == .truncatedHeader(found: count, expected: 16))
    }
  }

  @Test func anotherTypeOrRank() {
    for (place, value) in [(0, 1), (1, 1), (2, 9), (3, 1)] as [(Int, UInt8)] {
      var bytes = table
      bytes[place] = value
      guard case .wrongMagic(_, 0x803, "idx file of images") = cause(bytes) else {
        Issue.record("byte \(place)")
        continue
      }
    }
    // Of another kind altogether, and shorter than the header would be.
    guard case .wrongMagic = cause(Array("<html>".utf8)) else {
      Issue.record("a page")
      return
    }
  }

  @Test func aDimensionOfNothing() {
    #expect(
      cause(IDXBytes.make([3, 0, 2], []))
        == .invalidField(name: "size of dimension 1", found: 0, expected: "at least 1"))
  }

  @Test(arguments: [[3, 2, 3], [1000, 1000, 1000], [4_294_967_295, 4_294_967_295, 4_294_967_295]])
  func moreDeclaredThanTheFileCanHold(dimensions: [Int]) throws {
    let bytes = IDXBytes.make(dimensions, Array(10..<22))
    let product = dimensions.map(String.init).joined(separator: " × ")
    guard case .mismatch("a header that declares \(product) bytes", _, _) = cause(bytes) else {
      Issue.record("plain")
      return
    }
    // What is packed may hold a thousand times its size.
    switch cause(try IDXBytes.gzip(bytes)) {
    case .wrongSize(found: 28, expected: 34): #expect(dimensions == [3, 2, 3])
    case .mismatch("a header that declares \(product) bytes", _, _): #expect(dimensions != [3, 2, 3])
    case let other: Issue.record("\(String(describing: other))")
    }
  }

  /// A sparse file, which takes 4 KiB on the disk, has all that its header declares: 4 TiB.
  @Test func moreThanAnyMachineHolds() throws {
    let path = try directory.write(IDXBytes.make([1 << 20, 1 << 11, 1 << 11], []), to: "sparse")
    try #require(truncate(path, 16 + 1 << 42) == 0)
    let cause = expectFileError(path) { _ = try IDXFile(contentsOf: path, rank: 3, holding: "images") }
    guard case .mismatch(let found, _, _)? = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
    #expect(found.contains("bytes of memory"), "\(found)")
  }

  /// 40 GB, which a packed file of 40 MB could hold, and this one does not.
  @Test func packedItMayDeclareMore() throws {
    let path = try directory.write(
      IDXBytes.storedGzip(IDXBytes.make([40_000, 1000, 1000], [])), to: "sparse.gz")
    try #require(truncate(path, 40_000_000) == 0)
    let cause = expectFileError(path) { _ = try IDXFile(contentsOf: path, rank: 3, holding: "images") }
    #expect(cause != nil)
  }

  @Test func moreThanDeclared() throws {
    for bytes in [table + [0], try IDXBytes.gzip(table + [0])] {
      #expect(found(bytes) == "more than 28 bytes")
    }
  }

  /// A few kB that would unpack to 100 MB are given up at the first byte too many.
  @Test func aBomb() throws {
    let bomb = try IDXBytes.gzip(table + [UInt8](repeating: 0, count: 100_000_000))
    #expect(bomb.count < 120_000)
    #expect(found(bomb) == "more than 28 bytes")
  }

  /// Wherever packed data stop, the trailer included.
  @Test func truncatedPackedData() throws {
    for whole in [try IDXBytes.gzip(table), IDXBytes.storedGzip(table)] {
      for count in 2..<whole.count {
        #expect(found(Array(whole.prefix(count))) == "gzip data that stop after \(count) bytes")
      }
    }
  }

  @Test func damagedPackedData() throws {
    let message = { (reason: String) in "damaged gzip data (\(reason))" }
    #expect(found(IDXBytes.storedGzip(table, checksum: 1)) == message("incorrect data check"))
    #expect(found(IDXBytes.storedGzip(table, length: 29)) == message("incorrect length check"))
    var bytes = IDXBytes.storedGzip(table)
    bytes[2] = 7
    #expect(found(bytes) == message("unknown compression method"))
    bytes = IDXBytes.storedGzip(table)
    bytes[10] = 7
    #expect(found(bytes) == message("invalid block type"))
    // One bit of the values.
    bytes = IDXBytes.storedGzip(table)
    bytes[35] ^= 4
    #expect(found(bytes) == message("incorrect data check"))
  }

  @Test func bytesAfterPackedData() throws {
    #expect(found(try IDXBytes.gzip(table) + [1, 2, 3]) == "3 bytes after the end of the gzip data")
  }

  @Test func noFile() {
    let path = directory.file("none")
    #expect(
      fileErrorCause(path) { () throws(FileError) in
        _ = try IDXFile(contentsOf: path, rank: 3, holding: "images")
      } == .notFound)
  }

  private func read(_ bytes: [UInt8], rank: Int = 3) throws -> IDXFile {
    try IDXFile(contentsOf: directory.write(bytes, to: "table"), rank: rank, holding: "images")
  }

  private func cause(_ bytes: [UInt8]) -> FileError.Cause? {
    expectFileError(directory.file("table")) { _ = try read(bytes) }
  }

  private func found(_ bytes: [UInt8]) -> String? {
    guard case .mismatch(let found, _, _) = cause(bytes) else { return nil }
    return found
  }
}
