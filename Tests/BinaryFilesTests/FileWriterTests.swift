import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// A file is whole or not there, and nothing else is left behind.
@Suite struct FileWriterTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func whatWasAppendedIsInTheFileInOrder() throws {
    let path = directory.file("new.bin")
    try FileWriter.write(to: path, replacing: false) { writer throws(FileError) in
      try writer.append([1, 2] as [UInt8])
      try writer.append([] as [Float])
      try writer.append([0x0403] as [UInt16])
      try writer.append([1] as [Float])
      try writer.append(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    #expect(try bytes(path) == [1, 2, 3, 4, 0, 0, 0x80, 0x3F])
    #expect(try directory.names() == ["new.bin"])
  }

  @Test func nothingAppendedIsAnEmptyFile() throws {
    let path = directory.file("empty.bin")
    try FileWriter.write(to: path, replacing: false) { _ in }
    #expect(try bytes(path) == [])
  }

  @Test func aLongFileInManyPieces() throws {
    let path = directory.file("long.bin")
    var random = SeededRandom(seed: 5)
    let pieces = [1, 4095, 4096, 4097, 1_000_003, 3_000_000].map { count in
      (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
    try FileWriter.write(to: path, replacing: false) { writer throws(FileError) in
      for piece in pieces { try writer.append(piece) }
    }
    #expect(try bytes(path) == Array(pieces.joined()))
  }

  @Test func theTargetIsNotThereBeforeTheEnd() throws {
    let path = directory.file("new.bin")
    try FileWriter.write(to: path, replacing: false) { writer throws(FileError) in
      try writer.append([1] as [UInt8])
      #expect(access(path, F_OK) != 0)
    }
    #expect(try bytes(path) == [1])
  }

  @Test(arguments: [false, true])
  func aBodyThatThrowsLeavesNothing(replacing: Bool) throws {
    let path = directory.file("new.bin")
    let found = expectFileError("source.bin") {
      try FileWriter.write(to: path, replacing: replacing) { writer throws(FileError) in
        try writer.append([1, 2, 3] as [UInt8])
        throw FileError("source.bin", .notFound)
      }
    }
    #expect(found == .notFound)
    #expect(try directory.names() == [])
  }

  @Test func aBodyThatThrowsLeavesTheOldFile() throws {
    let path = try directory.write([7], to: "old.bin")
    expectFileError("source.bin") {
      try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
        try writer.append([1, 2, 3] as [UInt8])
        throw FileError("source.bin", .notFound)
      }
    }
    #expect(try bytes(path) == [7])
    #expect(try directory.names() == ["old.bin"])
  }

  @Test func anExistingFileIsNotReplacedAndTheBodyNotRun() throws {
    let path = try directory.write([7], to: "old.bin")
    #expect(
      expectFileError(path) {
        try FileWriter.write(to: path, replacing: false) { _ in Issue.record("the body was run") }
      } == .alreadyExists)
    #expect(expectFileError(path) { try FileWriter.check(path, replacing: false) } == .alreadyExists)
    #expect(try bytes(path) == [7])
    #expect(try directory.names() == ["old.bin"])
  }

  @Test func anExistingFileIsReplacedWhenAskedButOnlyAtTheEnd() throws {
    let path = try directory.write([7, 7, 7], to: "old.bin")
    try FileWriter.check(path, replacing: true)
    var during: [UInt8]?
    try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
      try writer.append([1, 2] as [UInt8])
      during = try? bytes(path)
    }
    #expect(during == [7, 7, 7])
    #expect(try bytes(path) == [1, 2])
    #expect(try directory.names() == ["old.bin"])
  }

  /// Another process may make the target while this one writes.
  @Test func aTargetThatAppearsMeanwhileIsNotReplaced() throws {
    let path = directory.file("new.bin")
    #expect(
      expectFileError(path) {
        try FileWriter.write(to: path, replacing: false) { writer throws(FileError) in
          try writer.append([1] as [UInt8])
          _ = try? directory.write([7], to: "new.bin")
        }
      } == .alreadyExists)
    #expect(try bytes(path) == [7])
    #expect(try directory.names() == ["new.bin"])
  }

  /// As a file that was simply created has; which is what the umask leaves of reading and writing for all.
  @Test func theModeIsTheUsual() throws {
    let plain = directory.file("plain.bin")
    close(open(plain, O_WRONLY | O_CREAT, 0o666))
    let path = directory.file("new.bin")
    try FileWriter.write(to: path, replacing: false) { _ in }
    #expect(mode(of: path) == mode(of: plain))
    #expect(mode(of: path) & 0o111 == 0)
  }

  @Test func aRelativePathIsRelativeToTheWorkingDirectory() throws {
    let name = "relative-\(UUID().uuidString).bin"
    try FileWriter.write(to: name, replacing: false) { writer throws(FileError) in
      try writer.append([1] as [UInt8])
    }
    defer { unlink(name) }
    #expect(try bytes("./" + name) == [1])
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func mode(of path: String) -> mode_t {
    var status = stat()
    #expect(stat(path, &status) == 0)
    return status.st_mode
  }
}
