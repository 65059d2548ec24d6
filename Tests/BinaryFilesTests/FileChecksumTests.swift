import Foundation
import TestSupport
import Testing

@testable import GPT2BinaryFiles

@Suite struct FileChecksumTests {
  /// Of as many bytes (31 i + i / 256) mod 256, by xxHash's own library.
  static let known: [(count: Int, digits: String)] = [
    (0, "ef46db3751d8e999"), (1, "e934a84adb052768"), (3, "e5d2be4ae4b3469a"), (4, "3b4d7f7c6bd1ae90"),
    (7, "f952f1901a5afc9b"), (8, "506834122cb7b4d0"), (11, "e01f95a6a71db1a7"), (12, "e02e21acf6be1370"),
    (31, "f9c815c599cbb32d"), (32, "ba7bafd4734262dd"), (33, "791cbe857e7fa007"), (63, "cc8b2a542e4a451e"),
    (64, "d14bf0119fd250a1"), (100, "2bddaad0ee8a2178"), (1000, "d40aca60bcf45c1e"),
    (4097, "f4190861dc9b4779"), (100_003, "18c97f1e5fa8057f"),
  ]

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  }

  @Test(arguments: known)
  func itIsXXH64(count: Int, digits: String) throws {
    let path = try directory.write(bytes(count), to: "bytes.bin")
    #expect("\(try FileChecksum.of(path))" == digits)
    #expect(FileChecksum(digits) == (try FileChecksum.of(path)))
  }

  /// A writer has that of all it appended, in parts of any size.
  @Test(arguments: [1, 5, 31, 32, 33, 1000])
  func aWriterTellsItsFilesChecksum(part: Int) throws {
    let path = directory.file("written.bin")
    let all = bytes(4097)
    let checksum = try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
      for start in stride(from: 0, to: all.count, by: part) {
        try writer.append(Array(all[start..<min(all.count, start + part)]))
      }
    }
    #expect("\(checksum)" == "f4190861dc9b4779")
    #expect(try FileChecksum.of(path) == checksum)
  }

  @Test(arguments: ["", "1", "ef46db3751d8e99", "ef46db3751d8e9999", "ef46db3751d8e99g", "+f46db3751d8e999"])
  func otherTextsAreNoChecksums(text: String) { #expect(FileChecksum(text) == nil) }

  @Test func whatCannotBeReadIsNamed() {
    let missing = directory.file("missing.bin")
    #expect(expectFileError(missing) { _ = try FileChecksum.of(missing) } == .notFound)
    let cause = expectFileError(directory.path) { _ = try FileChecksum.of(directory.path) }
    #expect(cause == .isDirectory)
  }
}
