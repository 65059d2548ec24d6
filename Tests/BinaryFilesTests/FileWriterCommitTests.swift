import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// Headers that are known last, and files that get their names together.
@Suite struct FileWriterCommitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func aHeaderCanBeReplacedWhenAllElseIsWritten() throws {
    let path = directory.file("new.bin")
    let writer = try FileWriter(to: path, replacing: false)
    try writer.append(Header(magic: 1, version: 2))
    try writer.append([7, 8, 9] as [UInt8])
    var header = Header(magic: 3, version: 4)
    header[2] = 1_000_000
    header[255] = -1
    try writer.replaceHeader(with: header)
    // What is appended afterwards still goes to the end.
    try writer.append([10] as [UInt8])
    try FileWriter.commit([writer])

    var expected = [UInt8](repeating: 0, count: 1024)
    expected.set(0, to: 3)
    expected.set(1, to: 4)
    expected.set(2, to: 1_000_000)
    expected.set(255, to: -1)
    #expect(try bytes("new.bin") == expected + [7, 8, 9, 10])
    #expect(try directory.names() == ["new.bin"])
  }

  @Test func aFinishedFileHasNoNameYet() throws {
    let writer = try FileWriter(to: directory.file("new.bin"), replacing: false)
    try writer.append([1, 2] as [UInt8])
    try writer.finish()
    try writer.finish()
    let names = try directory.names()
    #expect(names.count == 1)
    #expect(names.first?.hasPrefix("new.bin.partial-") == true)
    #expect(access(directory.file("new.bin"), F_OK) != 0)
    try FileWriter.commit([writer])
    #expect(try bytes("new.bin") == [1, 2])
    #expect(try directory.names() == ["new.bin"])
  }

  @Test(arguments: [false, true])
  func aDroppedWriterLeavesNothing(isFinished: Bool) throws {
    var writer: FileWriter? = try FileWriter(to: directory.file("new.bin"), replacing: false)
    try writer?.append([1] as [UInt8])
    if isFinished { try writer?.finish() }
    #expect(try directory.names().count == 1)
    writer = nil
    #expect(try directory.names() == [])
  }

  @Test func aDroppedWriterLeavesTheOldFile() throws {
    _ = try directory.write([7], to: "old.bin")
    var writer: FileWriter? = try FileWriter(to: directory.file("old.bin"), replacing: true)
    try writer?.append([1] as [UInt8])
    try writer?.finish()
    writer = nil
    #expect(try bytes("old.bin") == [7])
    #expect(try directory.names() == ["old.bin"])
  }

  @Test func severalFilesAreNamedTogether() throws {
    let writers = try ["a", "b", "c"].map { try FileWriter(to: directory.file($0), replacing: false) }
    for (index, writer) in writers.enumerated() { try writer.append([UInt8(index)]) }
    #expect(try !directory.names().contains { ["a", "b", "c"].contains($0) })
    try FileWriter.commit(writers)
    #expect(try directory.names() == ["a", "b", "c"])
    for (index, name) in ["a", "b", "c"].enumerated() { #expect(try bytes(name) == [UInt8(index)]) }
  }

  /// The second target appears meanwhile, so the first loses its name again.
  @Test func allFilesAreNamedOrNone() throws {
    var writers = try ["a", "b", "c"].map { try FileWriter(to: directory.file($0), replacing: false) }
    _ = try directory.write([7], to: "b")
    let found = expectFileError(directory.file("b")) { try FileWriter.commit(writers) }
    #expect(found == .alreadyExists)
    writers = []
    #expect(try directory.names() == ["b"])
    #expect(try bytes("b") == [7])
  }

  /// The mark goes with the last name, or once all is as it was; but one that a kill had left stays until then.
  @Test(arguments: [false, true])
  func theMarkIsThereForAsLongAsItIsTrue(wasThere: Bool) throws {
    let mark = directory.file("mark")
    // Not all of its text, as a kill may leave it.
    if wasThere { try directory.write("Files are getting their names. If", to: "mark") }
    _ = try directory.write([7], to: "c")
    var writers = try ["a", "b"].map { try FileWriter(to: directory.file($0), replacing: false) }
    _ = try directory.write([7], to: "b")
    let found = expectFileError(directory.file("b")) { try FileWriter.commit(writers, markedBy: mark) }
    #expect(found == .alreadyExists)
    writers = try ["c", "d"].map { try FileWriter(to: directory.file($0), replacing: true) }
    #expect(try directory.names().contains("mark") == wasThere)
    try FileWriter.commit(writers, markedBy: mark)
    writers = []
    #expect(try directory.names() == ["b", "c", "d"])
  }

  @Test func anotherFileInTheMarksPlaceStaysAsItIs() throws {
    let mark = try directory.write([7], to: "mark")
    let writers = try ["a", "b"].map { try FileWriter(to: directory.file($0), replacing: false) }
    guard
      case .mismatch("another file", _, _)? = expectFileError(
        mark, { try FileWriter.commit(writers, markedBy: mark) })
    else {
      Issue.record("it was taken for a mark")
      return
    }
    #expect(throws: FileError.self) { try FileWriter.checkMark(mark) }
    #expect(try bytes("mark") == [7])
    #expect(try !directory.names().contains { ["a", "b"].contains($0) })
    try FileWriter.checkMark(directory.file("none"))
  }

  @Test func whatMayBeReplacedIsReplacedTogether() throws {
    for name in ["a", "b"] { _ = try directory.write([7], to: name) }
    let writers = try ["a", "b"].map { try FileWriter(to: directory.file($0), replacing: true) }
    for writer in writers { try writer.append([1] as [UInt8]) }
    #expect(try bytes("a") == [7])
    try FileWriter.commit(writers)
    #expect(try bytes("a") == [1])
    #expect(try bytes("b") == [1])
    #expect(try directory.names() == ["a", "b"])
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: directory.file(name))))
  }
}
