import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Tokens

/// What a folder's texts are.
struct TextFileListTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ text: String = "text", to name: String) throws {
    let folder = URL(filePath: directory.file(name)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try directory.write(Array(text.utf8), to: name)
  }

  private func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: directory.file(name), withDestinationPath: destination)
  }

  private func inputs(_ names: [String]) -> [TextInput] { names.map { .file(directory.file($0)) } }

  private func skipped(_ list: TextFileList) -> [String: SkippedFile.Reason] {
    Dictionary(
      uniqueKeysWithValues: list.skipped.map {
        (String($0.path.dropFirst(directory.path.count + 1)), $0.reason)
      })
  }

  @Test func sortedByTheBytesOfPaths() throws {
    let names = ["B", "a", "a b", "a-c/x", "a.txt", "b/a", "b/c/d/e", "b/z", "z", "é"]
    for name in names.reversed() { try write(to: name) }
    let list = try TextFileList([directory.path])
    #expect(list.inputs == inputs(names))
    #expect(list.skipped == [])
    #expect(try TextFileList([directory.path + "/"]).inputs == list.inputs)
  }

  @Test func argumentsAreTakenInOrderAndWhateverTheyAre() throws {
    for name in ["folder/a.txt", "folder/b.txt", ".hidden"] {
      try write(to: name)
    }
    try write("a\0b", to: "binary.txt")
    let arguments = ["binary.txt", "folder", ".hidden", "folder/a.txt"].map(directory.file)
    let list = try TextFileList(arguments + ["-"], extensions: ["txt"])
    #expect(
      list.inputs
        == inputs(["binary.txt", "folder/a.txt", "folder/b.txt", ".hidden", "folder/a.txt"]) + [
          .standardInput
        ])
    #expect(list.skipped == [])
  }

  @Test func whatIsHiddenOrBinaryIsSkipped() throws {
    try write(to: "a.txt")
    try write(to: ".hidden")
    try write(to: ".git/config")
    try write(to: "deep/.hidden")
    try write("text\0", to: "deep/image")
    try write(String(repeating: "a", count: 8000) + "\0", to: "deep/late")
    try write("", to: "empty")
    #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
    let list = try TextFileList([directory.path])
    #expect(list.inputs == inputs(["a.txt", "deep/late", "empty"]))
    #expect(
      skipped(list) == [
        ".hidden": .hidden, ".git": .hidden, "deep/.hidden": .hidden, "deep/image": .binary, "pipe": .special,
      ])
  }

  @Test func onlyTheExtensionsAskedFor() throws {
    for name in ["a.txt", "b.TXT", "c.md", "d.tar.gz", "e.gz", "txt", "f.txt.bak", "g/h.md"] {
      try write(to: name)
    }
    #expect(
      try TextFileList([directory.path], extensions: ["txt", "MD"]).inputs
        == inputs(["a.txt", "b.TXT", "c.md", "g/h.md"]))
    let list = try TextFileList([directory.path], extensions: ["tar.gz"])
    #expect(list.inputs == inputs(["d.tar.gz"]))
    #expect(skipped(list)["e.gz"] == .otherExtension)
    #expect(list.skipped.count == 7)
  }

  /// A file is found under its own name if it is in the folder, whatever links to it.
  @Test func linksAreFollowedOnce() throws {
    try write(to: "in/m/file")
    try write(to: "out/far")
    try write(to: "out/sub/farther")
    try link("in/a-link", to: directory.file("in/m/file"))
    try link("in/m/up", to: directory.file("in"))
    try link("in/self", to: ".")
    try link("in/out1", to: "../out")
    try link("in/out2", to: "../out/sub")
    try link("in/z", to: "../out/far")
    try link("in/nowhere", to: "missing")
    try link("in/circle", to: "circle")
    let list = try TextFileList([directory.file("in")])
    #expect(list.inputs == inputs(["in/m/file", "in/out1/far", "in/out1/sub/farther"]))
    #expect(
      skipped(list) == [
        "in/a-link": .seenBefore, "in/m/up": .seenBefore, "in/self": .seenBefore, "in/out2": .seenBefore,
        "in/z": .seenBefore, "in/nowhere": .danglingLink, "in/circle": .danglingLink,
      ])
  }

  @Test func aLinkToAFolderCanBeNamed() throws {
    try write(to: "real/file")
    try link("link", to: "real")
    #expect(try TextFileList([directory.file("link")]).inputs == inputs(["link/file"]))
  }

  @Test func foldersWithoutTexts() throws {
    try write(to: "folder/.hidden")
    let path = directory.file("folder")
    let found = expectFileError(path) { _ = try TextFileList([path]) }
    guard case .mismatch("no text in this folder, and 1 files or folders skipped", _, _) = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    try write(to: "folder/a.txt")
    expectFileError(path) { _ = try TextFileList([path], extensions: ["md"]) }
  }

  @Test func whatIsNotThere() throws {
    try write(to: "a")
    let missing = directory.file("missing")
    #expect(expectFileError(missing) { _ = try TextFileList([directory.file("a"), missing]) } == .notFound)
    let inside = directory.file("a/inside")
    #expect(expectFileError(inside) { _ = try TextFileList([inside]) } == .notDirectory)
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may read any file"))
  func whatMayNotBeRead() throws {
    try write(to: "folder/a")
    chmod(directory.file("folder/a"), 0)
    for argument in ["folder", "folder/a"] {
      let found = expectFileError(directory.file("folder/a")) {
        _ = try TextFileList([directory.file(argument)])
      }
      #expect(found == .permissionDenied)
    }
  }

  @Test func aNameInOtherBytesIsTakenAsAnyOther() throws {
    try write(to: "a")
    let name = Array((directory.path + "/").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
    let descriptor = open(name, O_WRONLY | O_CREAT, 0o600)
    // Some file systems take no such name.
    guard descriptor >= 0 else { return }
    close(descriptor)
    defer { unlink(name) }
    let list = try TextFileList([directory.path])
    #expect(list.inputs == inputs(["a", "\u{10FEE9}"]))
    // An empty file is a text, and can be opened by that name.
    #expect(list.skipped.isEmpty)
  }
}
