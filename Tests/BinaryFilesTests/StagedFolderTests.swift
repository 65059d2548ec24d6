import GPT2BinaryFiles
import Foundation
import GPT2Platform
import TestSupport
import Testing

/// A folder becomes all new, or stays all old.
@Suite struct StagedFolderTests {
  private let directory: TemporaryDirectory
  private var folder: String { directory.file("model") }

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: ["model", "model/"])
  func aNewOneAppearsAtOnce(name: String) throws {
    let staged = try stage(directory.file(name))
    #expect(!Folder.exists(folder))
    try staged.commit(["weights", "config"], main: "weights")
    #expect(try contents() == ["config": "new", "weights": "new"])
    #expect(try directory.names() == ["model"])
  }

  @Test func oneThatIsDroppedLeavesNothing() throws {
    var staged: StagedFolder? = try stage(folder)
    #expect(try directory.names().count == 1)
    withExtendedLifetime(staged) {}
    staged = nil
    #expect(try directory.names() == [])
  }

  @Test func anOldOneIsReplacedWithItsModes() throws {
    try makeOld()
    #expect(chmod(folder, 0o750) == 0)
    #expect(chmod(folder + "/weights", 0o600) == 0)
    let before = try #require(FileSystem.status(of: folder))
    let staged = try stage(folder)
    #expect(try contents() == ["config": "old", "weights": "old"])
    try staged.commit(["weights", "config"], main: "weights")
    #expect(try contents() == ["config": "new", "weights": "new"])
    #expect(try directory.names() == ["model"])
    #expect(try #require(FileSystem.status(of: folder)).st_mode == before.st_mode)
    #expect(try #require(FileSystem.status(of: folder + "/weights")).st_mode & 0o777 == 0o600)
  }

  /// They are of the user's, and the very same files afterwards.
  @Test func otherFilesInItAreNotTouched() throws {
    try makeOld()
    _ = try directory.write([1], to: "model/README.md")
    try Folder.create(folder + "/.git/inner")
    let before = try #require(FileSystem.status(of: folder + "/README.md"))
    let (itself, git) = (
      FileSystem.status(of: folder)?.st_ino, FileSystem.status(of: folder + "/.git")?.st_ino
    )
    try stage(folder).commit(["weights", "config"], main: "weights")
    #expect(try contents() == ["config": "new", "weights": "new", "README.md": "\u{1}", ".git": ""])
    let after = try #require(FileSystem.status(of: folder + "/README.md"))
    #expect((after.st_ino, after.st_nlink) == (before.st_ino, 1))
    #expect(FileSystem.status(of: folder + "/.git")?.st_ino == git)
    #expect(FileSystem.status(of: folder)?.st_ino == itself)
    #expect(try directory.names() == ["model"])
  }

  /// A file that cannot get its place: somebody keeps a folder of its name in the way, seen only at the end.
  @Test func whatFailsHalfWayIsPutBack() throws {
    try makeOld()
    _ = try directory.write([1], to: "model/README.md")
    let staged = try stage(folder, names: ["weights", "config", "extra"])
    unlink(staged.path + "extra")
    expectFileError(folder + "/extra") {
      try staged.commit(["weights", "config", "extra"], main: "weights")
    }
    #expect(try contents() == ["config": "old", "weights": "old", "README.md": "\u{1}"])
  }

  @Test func aLinkToAFolderStays() throws {
    try makeOld()
    #expect(symlink("model", directory.file("link")) == 0)
    try stage(directory.file("link")).commit(["weights", "config"], main: "weights")
    #expect(try contents() == ["config": "new", "weights": "new"])
    #expect(try directory.names() == ["link", "model"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory.file("link")) == "model")
  }

  @Test func whatMayNotBeReplacedAndAppearsMeanwhileStays() throws {
    try Folder.create(folder)
    let staged = try stage(folder, replacing: false)
    _ = try directory.write([7], to: "model/config")
    #expect(
      expectFileError(folder + "/config") { try staged.commit(["weights", "config"], main: "weights") }
        == .alreadyExists)
    #expect(try contents() == ["config": "\u{7}"])
  }

  @Test func errorsNameTheFolderAndNotItsStage() throws {
    let staged = try stage(folder)
    #expect(staged.named(FileError(staged.path + "config", .noMatch)).path == folder + "/config")
    #expect(staged.named(FileError("elsewhere", .noMatch)).path == "elsewhere")
  }

  private func makeOld() throws {
    try Folder.create(folder)
    for name in ["weights", "config"] { try directory.write("old", to: "model/" + name) }
  }

  private func stage(
    _ path: String, names: [String] = ["weights", "config"], replacing: Bool = true
  ) throws -> StagedFolder {
    let staged = try StagedFolder(path, replacing: replacing)
    for name in names {
      try FileWriter.write(to: staged.path + name, replacing: false) { writer throws(FileError) in
        try writer.append(Array("new".utf8))
      }
    }
    return staged
  }

  /// By name; a folder is empty.
  private func contents() throws -> [String: String] {
    var contents: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !FileWriter.isPartial(name)
    {
      contents[name] = (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
    }
    return contents
  }
}
