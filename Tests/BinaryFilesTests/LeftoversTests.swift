import Foundation
import TestSupport
import Testing

@testable import GPT2BinaryFiles

/// What writers that were killed have left.
@Suite struct LeftoversTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    ("a.bin.partial-0", "a.bin"), ("a.bin.partial-1z141z3", "a.bin"), (".partial-k", nil),
    ("a.partial-b.partial-c", "a.partial-b"),
    ("a.bin.partial-", nil), ("a.bin.partial-12345678", nil), ("a.bin.partial-A", nil),
    ("a.bin.partial-é", nil),
    ("a.bin", nil), ("a.bin.partial", nil),
  ])
  func namesOfPartialFiles(name: String, whole: String?) {
    #expect(FileWriter.wholeName(ofPartial: name) == whole)
  }

  @Test func whatNobodyHoldsIsRemoved() throws {
    let held = try directory.write([1], to: "new.bin.partial-held")
    let descriptor = open(held, O_RDONLY)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    for name in ["new.bin.partial-left", "other.bin.partial-left", "new.bin.partial-left.txt"] {
      _ = try directory.write([1], to: name)
    }
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("new.bin.partial-link"), withDestinationPath: "other.bin.partial-left")
    try FileWriter.write(to: directory.file("new.bin"), replacing: false) { writer throws(FileError) in
      try writer.append([2] as [UInt8])
    }
    #expect(
      try directory.names() == [
        "new.bin", "new.bin.partial-held", "new.bin.partial-left.txt", "new.bin.partial-link",
        "other.bin.partial-left",
      ])
  }

  /// A file that is finished is closed, and still its writer's until it has its name.
  @Test(arguments: [false, true])
  func aWriterThatIsAliveKeepsItsFile(isFinished: Bool) throws {
    let path = directory.file("new.bin")
    let first = try FileWriter(to: path, replacing: true)
    try first.append([1] as [UInt8])
    if isFinished { try first.finish() }
    try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
      try writer.append([2] as [UInt8])
    }
    try FileWriter.commit([first])
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1]))
    #expect(try directory.names() == ["new.bin"])
  }

  @Test func aDirectoryThatNobodyHoldsIsRemoved() throws {
    try directory.write("text", to: "new.partial-x/a/b")
    #expect(Leftovers.removeIfAbandoned(FilePlace(directory.file("new.partial-x"))))
    #expect(!Leftovers.removeIfAbandoned(FilePlace(directory.file("new.partial-x"))))
    #expect(try directory.names() == [])
  }
}
