import GPT2BinaryFiles
import GPT2Charts
import Foundation
import GPT2Lessons
import TestSupport
import Testing

@Suite struct LadderIndexTests {
  private let directory: TemporaryDirectory
  private let rungs = ["one", "two", "three"].map { name in
    LadderIndex.Rung(
      name: name, summary: "What \(name) is.",
      original: .init("the original of \(name)", at: "https://example.org/\(name)?a&b"), sources: "Of\(name)")
  }

  init() throws { directory = try TemporaryDirectory() }

  private func index(derivations: String? = "../docs") -> LadderIndex {
    LadderIndex(rungs: rungs, directory: directory.path, derivations: derivations)
  }

  private func write(_ name: String) throws {
    try Gallery(title: name, introduction: ["About \(name)."]).write(to: directory.file(name))
  }

  private func page(_ name: String) throws -> String {
    try String(contentsOfFile: directory.file(name), encoding: .utf8)
  }

  /// The targets of the links of a page.
  private func links(_ name: String) throws -> [String] {
    let text = try page(name).replacing("<!DOCTYPE html>\n", with: "")
    return try XMLTree.parse(text).all("a").compactMap { $0.attributes["href"] }
  }

  @Test func leadsFromRungToRungThatIsThere() throws {
    try write("one")
    try write("three")
    #expect(try index().write().map(\.name) == ["one", "three"])
    #expect(
      try links("index.html") == [
        "one/index.html", "../docs/one.md", "../docs/../Ofone/", "https://example.org/one?a&b",
        "../docs/two.md", "../docs/../Oftwo/", "https://example.org/two?a&b", "three/index.html",
        "../docs/three.md", "../docs/../Ofthree/", "https://example.org/three?a&b", "../docs/124M.md",
      ])
    #expect(try page("index.html").contains("ladder two --output \(directory.path)/two"))
    #expect(
      try links("one/index.html") == [
        "../index.html", "../three/index.html", "../../docs/one.md", "../../docs/../Ofone/",
        "https://example.org/one?a&b",
      ])
    #expect(try links("three/index.html").prefix(2) == ["../index.html", "../one/index.html"])
    #expect(try page("three/index.html").contains("About three."))
  }

  @Test func whatIsWrittenAgainIsTheSame() throws {
    try write("one")
    try index().write()
    let before = [try page("index.html"), try page("one/index.html")]
    try index().write()
    #expect([try page("index.html"), try page("one/index.html")] == before)
    // A rung that has come since is led to; its own gallery can still be replaced.
    try write("two")
    try write("one")
    try index(derivations: nil).write()
    #expect(
      try links("one/index.html") == [
        "../index.html", "../two/index.html", "https://example.org/one?a&b",
      ])
    try Gallery.check(directory.file("one"))
  }

  @Test func anAddressIsLedToAsItIs() throws {
    try write("one")
    try index(derivations: "https://example.org/docs").write()
    #expect(try links("one/index.html")[1] == "https://example.org/docs/one.md")
    try index(derivations: "/docs").write()
    #expect(try links("one/index.html")[1] == "/docs/one.md")
  }

  @Test func otherPagesAreLeftAlone() throws {
    try write("one")
    _ = try directory.write(Array("mine".utf8), to: "index.html")
    let before = try page("one/index.html")
    #expect(throws: FileError.self) { try index().write() }
    #expect(try page("index.html") == "mine")
    #expect(try page("one/index.html") == before)
    // Nor is a rung's gallery an index.
    try FileManager.default.removeItem(atPath: directory.file("index.html"))
    try FileManager.default.copyItem(
      atPath: directory.file("one/index.html"), toPath: directory.file("index.html"))
    #expect(throws: FileError.self) { try index().write() }
    try FileManager.default.removeItem(atPath: directory.file("index.html"))
    // Nor is the index a gallery.
    try index().write()
    #expect(throws: FileError.self) { try Gallery.check(directory.path) }
    // A page that somebody else made in a rung's folder.
    try FileManager.default.createDirectory(
      atPath: directory.file("two"), withIntermediateDirectories: false)
    _ = try directory.write(Array("theirs".utf8), to: "two/index.html")
    #expect(try index().write().map(\.name) == ["one"])
    #expect(try page("two/index.html") == "theirs")
  }

  @Test func aDirectoryThatIsNoneIsAnError() throws {
    var missing = index()
    missing.directory = directory.file("nowhere")
    #expect(throws: FileError(missing.directory, .notFound)) { try missing.write() }
    _ = try directory.write([1], to: "file")
    missing.directory = directory.file("file")
    #expect(throws: FileError(missing.directory, .notDirectory)) { try missing.write() }
  }
}
