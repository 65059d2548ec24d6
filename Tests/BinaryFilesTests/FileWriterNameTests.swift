import GPT2BinaryFiles
import Foundation
import GPT2Platform
import TestSupport
import Testing

/// Names, owners and modes of what is written, and of what is only begun.
@Suite struct FileWriterNameTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The longest that file systems take.
  @Test(arguments: ["a", "ä", "\u{10FEE9}"])
  func aLongNameCanBeWritten(letter: String) throws {
    let count = 255 / PathText.bytes(of: letter).count
    let name = String(repeating: letter, count: count)
    let writer = try FileWriter(to: directory.file(name), replacing: false)
    let partial = try #require(try Folder.names(in: directory.path).first)
    #expect(FileWriter.isPartial(partial))
    #expect(FileWriter.isPartial(partial, of: name))
    #expect(!FileWriter.isPartial(partial, of: String(repeating: letter, count: count - 1)))
    #expect(PathText.bytes(of: partial).count <= 143)
    try FileWriter.commit([writer])
    #expect(try Folder.names(in: directory.path) == [name])
    FileSystem.unlink(directory.file(name))
  }

  @Test func aPartialFileSaysWhatItIsToBe() throws {
    let partial = FileWriter.partialName(of: "model.bin")
    #expect(FileWriter.wholeName(ofPartial: partial) == "model.bin")
    #expect(FileWriter.isPartial(partial, of: "model.bin"))
    #expect(!FileWriter.isPartial(partial, of: "odel.bin"))
    #expect(FileWriter.wholeName(ofPartial: "a.partial-x.partial-zz") == "a.partial-x")
    for name in ["model.bin", "a.partial-", "a.partial-12345678", "a.partial-X", ".partial-x", "a.partial"] {
      #expect(!FileWriter.isPartial(name), "\(name)")
    }
  }

  @Test(arguments: [0o600, 0o640, 0o444, 0o755] as [mode_t])
  func whatIsReplacedKeepsItsMode(mode: mode_t) throws {
    let path = try directory.write([7], to: "file")
    #expect(chmod(path, mode) == 0)
    let before = try #require(FileSystem.status(of: path))
    try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
      // Nobody may read it before, either.
      let partial = (try? Folder.names(in: directory.path))?.first { $0 != "file" } ?? ""
      #expect(FileSystem.status(of: directory.file(partial)).map { $0.st_mode & 0o7777 } == mode)
      try writer.append([1] as [UInt8])
    }
    let after = try #require(FileSystem.status(of: path))
    #expect(after.st_mode == before.st_mode)
    #expect((after.st_uid, after.st_gid) == (before.st_uid, before.st_gid))
    #expect(after.st_ino != before.st_ino)
  }

  @Test(.enabled(if: geteuid() == 0, "skipped: only root may give files away"))
  func whatIsReplacedKeepsItsOwner() throws {
    let path = try directory.write([7], to: "file")
    #expect(chown(path, 12345, 23456) == 0)
    #expect(chmod(path, 0o640) == 0)
    try FileWriter.write(to: path, replacing: true) { _ in }
    let after = try #require(FileSystem.status(of: path))
    #expect((after.st_uid, after.st_gid, after.st_mode & 0o7777) == (12345, 23456, 0o640))
  }

  /// Whoever can make a link where a log will be could have any file of the user's emptied.
  @Test(arguments: [false, true])
  func aLogFollowsNoLink(keeping: Bool) throws {
    let victim = try directory.write([7], to: "victim")
    #expect(symlink(victim, directory.file("log")) == 0)
    let cause = expectFileError(directory.file("log")) {
      _ = try AppendedFile(directory.file("log"), keeping: keeping)
    }
    #expect(
      cause == .mismatch(found: "a symbolic link", expected: "a file, or none", advice: "remove the link"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: victim)) == Data([7]))
  }

  /// The third target cannot be named, so the first, which was replaced, is as it was, and the second is gone.
  @Test func whatWasReplacedIsBackIfAnotherCannotBeNamed() throws {
    for name in ["a", "c"] { _ = try directory.write([7], to: name) }
    guard FileSystem.exchange(directory.file("a"), directory.file("c")) else { return }
    var writers = try ["a", "b", "c"].map { try FileWriter(to: directory.file($0), replacing: true) }
    for writer in writers { try writer.append([1] as [UInt8]) }
    unlink(directory.file("c"))
    try Folder.create(directory.file("c/inner"))
    expectFileError(directory.file("c")) { try FileWriter.commit(writers) }
    writers = []
    #expect(try directory.names() == ["a", "c"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("a"))) == Data([7]))
  }

  @Test func anErrorShowsTheBytesOfAName() throws {
    let path = PathText.text(of: [0x61, 0xE9])
    #expect(FileError(path, .noMatch).description.hasPrefix("a\\xE9: no file matches"))
    let coded = try JSONCoding.value([String].self, from: JSONCoding.line([path]).utf8)
    #expect(coded.map { Array($0.utf8) } == [Array(path.utf8)])
  }
}
