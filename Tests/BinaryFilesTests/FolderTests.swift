import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@Suite struct FolderTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func foldersAreMadeWithThoseTheyAreIn() throws {
    let path = directory.file("a/b/c")
    try Folder.create(path)
    try Folder.create(path + "/")
    #expect(Folder.exists(path))
    #expect(!Folder.exists(path + "/d"))
    _ = try directory.write([1], to: "file")
    #expect(!Folder.exists(directory.file("file")))
    #expect(throws: FileError(directory.file("file/x"), .notDirectory)) {
      try Folder.create(directory.file("file/x"))
    }
  }

  @Test func namesAreAllThatIsThere() throws {
    try Folder.create(directory.file("folder/inner"))
    _ = try directory.write([1], to: "folder/.hidden")
    _ = try directory.write([1], to: "folder/größe")
    #expect(try Folder.names(in: directory.file("folder")).sorted() == [".hidden", "größe", "inner"])
    #expect(throws: FileError(directory.file("none"), .notFound)) {
      try Folder.names(in: directory.file("none"))
    }
    #expect(throws: FileError(directory.file("folder/.hidden"), .notDirectory)) {
      try Folder.names(in: directory.file("folder/.hidden"))
    }
  }

  @Test func removingTakesWhatIsInsideAndNotWhatLinksLeadTo() throws {
    try Folder.create(directory.file("kept"))
    _ = try directory.write([1], to: "kept/file")
    try Folder.create(directory.file("gone/inner"))
    _ = try directory.write([1], to: "gone/inner/file")
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("gone/link"), withDestinationPath: directory.file("kept"))
    Folder.remove(directory.file("gone"))
    #expect(!Folder.exists(directory.file("gone")))
    #expect(try Folder.names(in: directory.file("kept")) == ["file"])
  }

  @Test(arguments: [
    "runs/book", "runs/book/", "/tmp/runs/./book", "/runs/x/../book", "runs//book", ".", "..", "/",
  ])
  func aFolderHasTheNameThatFoundationGivesIt(path: String) {
    #expect(Folder.name(of: path) == URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent)
  }

  @Test func scratchDirectoriesGoWithTheirLastReference() throws {
    var scratch: ScratchDirectory? = try ScratchDirectory("test")
    let path = try #require(scratch?.path)
    #expect(Folder.exists(path))
    try Data([1]).write(to: URL(fileURLWithPath: path + "/file"))
    scratch = nil
    #expect(!Folder.exists(path))
  }
}
