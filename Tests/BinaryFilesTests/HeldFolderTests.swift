import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// What is in a folder that is held stays where the folder is.
@Suite struct HeldFolderTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [false, true])
  func aFileGoesWhereItsFolderHasGone(replacing: Bool) throws {
    try Folder.create(directory.file("run"))
    if replacing { _ = try directory.write([7], to: "run/file") }
    let folder = try HeldFolder(directory.file("run"))
    let writer = try FileWriter(to: directory.file("run/file"), in: folder, replacing: replacing)
    try writer.append([1] as [UInt8])
    let log = try AppendedFile(directory.file("run/log"), in: folder, keeping: true)
    try move()
    try FileWriter.commit([writer])
    try log.append("line")
    try FileWriter.write(to: directory.file("run/later"), in: folder, replacing: replacing) {
      writer throws(FileError) in try writer.append([2] as [UInt8])
    }
    let file = try MappedFile(path: directory.file("run/later"), in: folder)
    #expect(withExtendedLifetime(file) { file.bytes.elementsEqual([2]) })
    #expect(try folder.names().sorted() == ["file", "later", "log"])
    #expect(try bytes("run.old/file") == [1])
    #expect(try bytes("run.old/log") == Array("line\n".utf8))
    #expect(try Folder.names(in: directory.file("run")) == ["stranger"])
  }

  @Test func aDroppedWriterRemovesItsPartialFileThere() throws {
    try Folder.create(directory.file("run"))
    let folder = try HeldFolder(directory.file("run"))
    var writer: FileWriter? = try FileWriter(to: directory.file("run/file"), in: folder, replacing: false)
    #expect(try folder.names().count == 1)
    try move()
    withExtendedLifetime(writer) {}
    writer = nil
    #expect(try folder.names() == [])
  }

  /// What a link says begins at the folder.
  @Test func aLinkInItLeadsWhereItDid() throws {
    try Folder.create(directory.file("run"))
    _ = try directory.write([7], to: "run/real")
    #expect(symlink("real", directory.file("run/link")) == 0)
    let folder = try HeldFolder(directory.file("run"))
    try move()
    try FileWriter.write(to: directory.file("run/link"), in: folder, replacing: true) {
      writer throws(FileError) in try writer.append([1] as [UInt8])
    }
    #expect(try bytes("run.old/real") == [1])
    #expect(try folder.names().sorted() == ["link", "real"])
  }

  @Test func onlyAFolderIsHeld() throws {
    let file = try directory.write([1], to: "file")
    #expect(expectFileError(file) { _ = try HeldFolder(file) } == .notDirectory)
    let nowhere = directory.file("nowhere")
    #expect(expectFileError(nowhere) { _ = try HeldFolder(nowhere) } == .notFound)
  }

  /// `mv run run.old`, and another makes a new one.
  private func move() throws {
    #expect(rename(directory.file("run"), directory.file("run.old")) == 0)
    try Folder.create(directory.file("run"))
    _ = try directory.write([9], to: "run/stranger")
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: directory.file(name))))
  }
}
