import GPT2BinaryFiles
import Foundation
import GPT2Platform
import TestSupport
import Testing

/// `--output data/book.bin` makes `data`, which stays only if something is written there.
@Suite struct MissingFoldersTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func names(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.file(folder)).sorted()
  }

  @Test(arguments: ["a/b/new.bin", "a//b/new.bin", "a/./b/new.bin"])
  func theyAreMade(path: String) throws {
    try FileWriter.check(directory.file(path), replacing: false)
    #expect(try names() == [])
    try FileWriter.write(to: directory.file(path), replacing: false) { writer throws(FileError) in
      try writer.append([UInt8(1)])
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("a/b/new.bin"))) == Data([1]))
    #expect(try names("a/b") == ["new.bin"])
  }

  @Test func theyGoWithAWriterThatIsDropped() throws {
    do {
      let writer = try FileWriter(to: directory.file("a/b/new.bin"), replacing: false)
      try writer.append([UInt8(1)])
      #expect(try names() == ["a"])
    }
    #expect(try names() == [])
  }

  /// The second writer finds the folder there, and may be the last to go.
  @Test func theyGoWithTheLastOfSeveral() throws {
    var first: FileWriter? = try FileWriter(to: directory.file("a/one"), replacing: false)
    var second: FileWriter? = try FileWriter(to: directory.file("a/two"), replacing: false)
    withExtendedLifetime(first) {}
    first = nil
    #expect(try names("a").count == 1)
    withExtendedLifetime(second) {}
    second = nil
    #expect(try names() == [])
  }

  @Test func theyStayForOneOfSeveral() throws {
    var dropped: FileWriter? = try FileWriter(to: directory.file("a/b/one"), replacing: false)
    try FileWriter.write(to: directory.file("a/two"), replacing: false) { _ in }
    withExtendedLifetime(dropped) {}
    dropped = nil
    #expect(try names("a") == ["two"])
    // What was made for an output stays once that has its name, even if that is removed.
    try FileManager.default.removeItem(atPath: directory.file("a/two"))
    dropped = try FileWriter(to: directory.file("a/one"), replacing: false)
    withExtendedLifetime(dropped) {}
    dropped = nil
    #expect(try names() == ["a"])
  }

  @Test func thoseThatWereThereStay() throws {
    try Folder.create(directory.file("mine"))
    do { _ = try FileWriter(to: directory.file("mine/a/new"), replacing: false) }
    #expect(try names() == ["mine"])
    #expect(try names("mine") == [])
  }

  @Test func whatSomebodyPutThereStays() throws {
    do {
      _ = try FileWriter(to: directory.file("a/b/new"), replacing: false)
    }
    #expect(try names() == [])
    do {
      let writer = try FileWriter(to: directory.file("a/b/new"), replacing: false)
      _ = try directory.write([7], to: "a/theirs")
      withExtendedLifetime(writer) {}
    }
    #expect(try names("a") == ["theirs"])
  }

  @Test func afterAFailedNameNoneIsLeft() throws {
    do {
      let first = try FileWriter(to: directory.file("a/one"), replacing: false)
      let second = try FileWriter(to: directory.file("two"), replacing: false)
      _ = try directory.write([7], to: "two")
      #expect(throws: FileError(directory.file("two"), .alreadyExists)) {
        try FileWriter.commit([first, second])
      }
    }
    #expect(try names() == ["two"])
  }

  @Test func foldersAreOutputsToo() throws {
    do {
      let staged = try StagedFolder(directory.file("a/b/model"), replacing: false)
      try FileWriter.write(to: staged.path + "weights", replacing: false) { _ in }
    }
    #expect(try names() == [])
    let staged = try StagedFolder(directory.file("a/b/model"), replacing: false)
    try FileWriter.write(to: staged.path + "weights", replacing: false) { _ in }
    try staged.commit(["weights"], main: "weights")
    #expect(try names("a/b/model") == ["weights"])
  }

  private func cause(_ path: String) -> FileError.Cause? {
    do throws(FileError) {
      try FileWriter.check(path, replacing: false)
      return nil
    } catch {
      #expect(error.path == path)
      return error.cause
    }
  }

  @Test func whatCannotBeMadeIsRefusedBefore() throws {
    _ = try directory.write([1], to: "file")
    #expect(cause(directory.file("file/a/new")) == .notDirectory)
    #expect(cause(directory.file("a/b/")) == .isDirectory)
    #expect(cause("") == .notFound)
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("nowhere"), withDestinationPath: directory.file("missing"))
    #expect(cause(directory.file("nowhere/new")) == .notFound)
    #expect(try names() == ["file", "nowhere"])
  }

  /// The superuser may write anywhere, but not there.
  @Test(.enabled(if: Folder.exists("/proc/self")))
  func whatTheSystemRefusesLeavesNothing() {
    #expect(throws: FileError.self) { try FileWriter(to: "/proc/a/new", replacing: false) }
  }
}
