import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// Targets that cannot be written, each with its cause, and each found by `check` before a long run starts.
@Suite struct FileWriterTargetTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [false, true])
  func directoryInsteadOfFile(replacing: Bool) throws {
    #expect(cause(directory.path, replacing: replacing) == .isDirectory)
    #expect(cause(directory.path + "/", replacing: replacing) == .isDirectory)
    #expect(try directory.names() == [])
  }

  /// Others are made: see `MissingFoldersTests`.
  @Test(arguments: [false, true])
  func missingDirectory(replacing: Bool) throws {
    #expect(cause("", replacing: replacing) == .notFound)
    #expect(cause(directory.file("missing/"), replacing: replacing) == .isDirectory)
    #expect(try directory.names() == [])
  }

  @Test(arguments: [false, true])
  func fileInsteadOfDirectory(replacing: Bool) throws {
    let file = try directory.write([7], to: "old.bin")
    #expect(cause(file + "/new.bin", replacing: replacing) == .notDirectory)
  }

  /// Renaming over a device or a pipe would replace it by a file; root could lose /dev/null that way.
  @Test func pipeInsteadOfFile() throws {
    let pipe = directory.file("pipe")
    let link = directory.file("link")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(symlink(pipe, link) == 0)
    for path in [pipe, link] {
      #expect(
        cause(path, replacing: true)
          == .mismatch(
            found: "a device or pipe", expected: "a regular file", advice: "name another output"))
      #expect(cause(path, replacing: false) == .alreadyExists)
    }
    #expect(try directory.names() == ["link", "pipe"])
  }

  /// As a shell's redirection does it: whoever links an output to another disk wants it there.
  @Test func aLinkStaysAndItsFileIsReplaced() throws {
    let elsewhere = try TemporaryDirectory()
    let file = try elsewhere.write([7], to: "old.bin")
    let link = directory.file("link.bin")
    #expect(symlink(file, link) == 0)
    #expect(cause(link, replacing: false) == .alreadyExists)
    try FileWriter.write(to: link, replacing: true) { writer throws(FileError) in
      try writer.append([1, 2] as [UInt8])
      #expect((try? directory.names()) == ["link.bin"])
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data([1, 2]))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
    #expect(try elsewhere.names() == ["old.bin"])
  }

  @Test func aLinkToADirectory() throws {
    let link = directory.file("link")
    #expect(symlink(directory.path, link) == 0)
    #expect(cause(link, replacing: true) == .isDirectory)
    #expect(try directory.names() == ["link"])
  }

  @Test func aLinkToNowhere() throws {
    let link = directory.file("link.bin")
    #expect(symlink("missing.bin", link) == 0)
    guard case .mismatch("a link to nowhere", _, _) = cause(link, replacing: true) else {
      Issue.record("expected a link to nowhere")
      return
    }
    #expect(cause(link, replacing: false) == .alreadyExists)
    #expect(try directory.names() == ["link.bin"])
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may write everywhere"))
  func noPermission() throws {
    chmod(directory.path, 0o555)
    defer { chmod(directory.path, 0o755) }
    #expect(cause(directory.file("new.bin"), replacing: false) == .permissionDenied)
  }

  #if os(Linux)
    /// The kernel refuses new files here, to root as to anyone, whichever way it says so.
    @Test(arguments: ["/proc/new.bin", "/sys/new.bin"])
    func kernelDirectory(path: String) {
      let found = expectFileError(path) {
        try FileWriter.write(to: path, replacing: false) { _ in Issue.record("the body was run") }
      }
      switch found {
      case .notFound, .permissionDenied, .system(_, EROFS): break
      default: Issue.record("found \(String(describing: found))")
      }
    }
  #endif

  /// What writing to `path` throws, which `check` must say beforehand.
  private func cause(_ path: String, replacing: Bool) -> FileError.Cause? {
    let written = expectFileError(path) {
      try FileWriter.write(to: path, replacing: replacing) { _ in Issue.record("the body was run") }
    }
    let checked = expectFileError(path) { try FileWriter.check(path, replacing: replacing) }
    #expect(checked == written)
    return written
  }
}
