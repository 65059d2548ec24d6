import Foundation
import TestSupport
import Testing

/// What scripts/fetch.sh makes of a checksum. ("some text" has this one by sha256sum.)
@Suite struct ChecksumTests {
  private let directory: TemporaryDirectory
  private let sha256 = "b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2"
  private let other = String(repeating: "0", count: 64)
  private var target: String { directory.file("target.txt") }

  init() throws { directory = try TemporaryDirectory() }

  @Test func whatIsFetchedIsVerified() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    let refused = try fetch("file://\(source)", "9", other)
    #expect(refused.exitCode == 1)
    #expect(refused.diagnostics.contains("got bytes with the SHA-256 \(sha256), expected \(other)"))
    #expect(try directory.names() == ["source.txt"])
    #expect(try fetch("file://\(source)", "9", sha256).exitCode == 0)
    #expect(try directory.names() == ["source.txt", "target.txt"])
  }

  @Test func whatIsThereIsVerifiedAndLeftAlone() throws {
    _ = try directory.write(Array("some text".utf8), to: "target.txt")
    #expect(try fetch("file:///nowhere", "9", sha256).exitCode == 0)
    // Without a size as well.
    #expect(try fetch("file:///nowhere", "", sha256).exitCode == 0)
    let refused = try fetch("file:///nowhere", "9", other)
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.contains("target.txt has the SHA-256 \(sha256), expected \(other)"))
    #expect(try directory.names() == ["target.txt"])
  }

  /// As on macOS; and with neither program it is said that nothing was verified.
  @Test(arguments: [true, false])
  func anotherProgramOrNone(hasShasum: Bool) throws {
    _ = try directory.write(Array("some text".utf8), to: "target.txt")
    let programs = directory.file("bin")
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    for name in ["wc", "basename"] {
      try FileManager.default.createSymbolicLink(
        atPath: programs + "/" + name, withDestinationPath: "/usr/bin/" + name)
    }
    if hasShasum {
      try directory.writeProgram(
        "#!/bin/sh\n[ \"$*\" = '-a 256' ] && echo \(sha256)  -\n", to: "bin/shasum")
    }
    #expect(try fetch("file:///nowhere", "9", sha256, path: programs).exitCode == 0)
    let wrong = try fetch("file:///nowhere", "9", other, path: programs)
    #expect(wrong.exitCode == (hasShasum ? 2 : 0))
    #expect(wrong.diagnostics.contains("target.txt is not verified") == !hasShasum)
  }

  private static let shakespeare = TestFiles.data("tinyshakespeare.txt")

  @Test(.enabled(if: shakespeare != nil, "needs data/tinyshakespeare.txt"))
  func shakespeareIsWhatTheScriptsExpect() throws {
    let sources = TestFiles.project("scripts/sources.sh")
    let fetch = TestFiles.project("scripts/fetch.sh")
    let script = ". '\(sources)'; '\(fetch)' \"$0\" file:///nowhere $shakespeare_bytes $shakespeare_sha256"
    #expect(try run(["-c", script, try #require(Self.shakespeare)]).exitCode == 0)
  }

  private func fetch(
    _ url: String, _ bytes: String, _ sha256: String, path: String? = nil
  ) throws -> (exitCode: Int32, diagnostics: String) {
    try run([TestFiles.project("scripts/fetch.sh"), target, url, bytes, sha256], path: path)
  }

  private func run(
    _ arguments: [String], path: String? = nil
  ) throws -> (exitCode: Int32, diagnostics: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = arguments
    if let path { process.environment = ["PATH": path] }
    let streams = try TemporaryDirectory()
    let diagnostics = try streams.write([], to: "diagnostics")
    process.standardInput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: diagnostics))
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: diagnostics, encoding: .utf8))
  }
}
