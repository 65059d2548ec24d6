import Foundation
import TestSupport
import Testing

/// scripts/fetch-lessons.sh and scripts/lessons.sh, in a copy that has no data, from file URLs.
@Suite struct LessonScriptTests {
  private let directory: TemporaryDirectory
  private let nowhere = ["NAMES": "file:///nowhere/names", "MNIST": "file:///nowhere/mnist"]

  init() throws {
    directory = try TemporaryDirectory()
    let copied = try Command(
      ["-R", TestFiles.project("scripts"), directory.file("scripts")], executable: "/bin/cp")
    try #require(copied.exitCode == 0)
  }

  private static let names = [
    "names/train.txt", "names/val.txt", "names/test.txt", "mnist/train-labels-idx1-ubyte.gz",
    "mnist/train-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz", "mnist/t10k-images-idx3-ubyte.gz",
  ]

  @Test func withoutANetworkItSaysWhatGoesWhere() throws {
    let result = try run("fetch-lessons.sh")
    #expect(result.exitCode == 2)
    for name in Self.names { #expect(result.diagnostics.contains("  data/\(name)  file:///nowhere/")) }
    #expect(result.diagnostics.contains("(47040016 bytes unpacked)"))
    // Each place is asked once only.
    #expect(result.diagnostics.components(separatedBy: "could not fetch").count == 1 + 2)
    for name in Self.names {
      #expect(!FileManager.default.fileExists(atPath: directory.file("data/\(name)")))
    }
    // What the repository brings is there in any case.
    #expect(
      FileManager.default.contents(atPath: directory.file("data/tinyshakespeare.txt"))?.count == 1_115_394)
  }

  @Test func whatIsFetchedIsVerified() throws {
    // As many bytes as the real file has.
    try write([UInt8](repeating: 0, count: 213_796), to: "mirror/train.txt")
    var environment = nowhere
    environment["NAMES"] = "file://\(directory.file("mirror"))"
    let result = try run("fetch-lessons.sh", environment)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("fetch: got bytes with the SHA-256 "))
    #expect(result.diagnostics.contains("  data/names/train.txt  "))
    #expect(!FileManager.default.fileExists(atPath: directory.file("data/names/train.txt")))
  }

  @Test func whatIsThereIsVerifiedAndLeftAlone() throws {
    try write([1, 2, 3], to: "data/names/val.txt")
    let result = try run("fetch-lessons.sh")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("data/names/val.txt has 3 bytes, expected 7179"))
    #expect(result.diagnostics.contains("not the expected files (see above): data/names/val.txt\n"))
    #expect(FileManager.default.contents(atPath: directory.file("data/names/val.txt")) == Data([1, 2, 3]))
  }

  /// "some text", however it is packed. (The checksum is by sha256sum.)
  @Test(arguments: ["gzip -1", "gzip -9 -n", "gzip --rsyncable"])
  func packedFilesAreVerifiedByWhatTheyUnpackTo(packer: String) throws {
    let sha256 = "b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2"
    let source = directory.file("text.gz")
    #expect(try shell("printf 'some text' | \(packer) >'\(source)'").exitCode == 0)
    func fetch(_ bytes: String, _ sha256: String) throws -> Command {
      try Command(
        [
          directory.file("scripts/fetch.sh"), directory.file("copy.gz"), "file://\(source)", bytes, sha256,
          "gzip",
        ], executable: "/bin/sh")
    }
    let short = try fetch("10", sha256)
    #expect(short.exitCode == 1 && short.diagnostics.contains("got 9 bytes unpacked, expected 10"))
    let other = try fetch("9", String(repeating: "0", count: 64))
    #expect(
      other.exitCode == 1 && other.diagnostics.contains("got bytes with the SHA-256 \(sha256) unpacked"))
    #expect(!FileManager.default.fileExists(atPath: directory.file("copy.gz")))
    #expect(try fetch("9", sha256).exitCode == 0)
    #expect(try fetch("9", sha256).exitCode == 0)
    // The copy is the file as it was packed; one that is none is left alone.
    #expect(
      FileManager.default.contents(atPath: directory.file("copy.gz"))
        == FileManager.default.contents(atPath: source))
    try write(Array("some text".utf8), to: "copy.gz")
    let plain = try fetch("9", sha256)
    #expect(plain.exitCode == 2 && plain.diagnostics.contains("copy.gz has 0 bytes unpacked, expected 9"))
  }

  private static let real = TestFiles.data("mnist/train-images-idx3-ubyte.gz").flatMap { mnist in
    TestFiles.data("names/train.txt").map { [mnist, $0] }
  }

  @Test(.enabled(if: real != nil, "needs data/mnist and data/names"))
  func theRealFilesAreWhatIsExpected() throws {
    let real = try #require(Self.real).map { URL(fileURLWithPath: $0) }
    let result = try run(
      "fetch-lessons.sh",
      [
        "MNIST": "file://\(real[0].deletingLastPathComponent().path)",
        "NAMES": "file://\(real[1].deletingLastPathComponent().path)",
      ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    for name in Self.names {
      #expect(FileManager.default.fileExists(atPath: directory.file("data/\(name)")))
    }
  }

  @Test func lessonsThatLackFilesAreSkippedAloud() throws {
    try ladder(named: "b", exitCode: 2)
    let result = try run("lessons.sh", ladder: true)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("lessons: skipped, for what is said above: b\n"))
    #expect(result.diagnostics.contains("lessons: going on with the files that are there"))
    #expect(
      try calls() == [
        "a --output lessons/a", "b --output lessons/b", "c --output lessons/c",
        "index --output lessons --derivations ../Sources/Lessons/Lessons.docc",
      ])
  }

  @Test func lessonsThatFailFail() throws {
    try ladder(named: "a", exitCode: 1)
    let result = try run("lessons.sh", ladder: true)
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("lessons: failed: a\n"))
    #expect(try calls().count == 4)
  }

  @Test func anInterruptionEndsThemAll() throws {
    try ladder(named: "b", exitCode: 130)
    #expect(try run("lessons.sh", ladder: true).exitCode == 130)
    #expect(try calls().count == 2)
  }

  /// Writes a `ladder` with the rungs a, b and c, that notes its arguments, and ends one of the rungs with that code.
  private func ladder(named rung: String, exitCode: Int) throws {
    try directory.writeProgram(
      """
      #!/bin/sh
      [ "$1" != list ] || { printf 'a   The first.\\nb   The second.\\nc   The third.\\n'; exit; }
      echo "$@" >>'\(directory.file("calls"))'
      [ "$1" != \(rung) ] || exit \(exitCode)

      """, to: "ladder")
  }

  private func calls() throws -> [String] {
    try String(contentsOfFile: directory.file("calls"), encoding: .utf8).split(separator: "\n").map(
      String.init)
  }

  private func run(
    _ script: String, _ environment: [String: String]? = nil, ladder: Bool = false
  ) throws -> Command {
    try Command(
      [directory.file("scripts/\(script)")] + (ladder ? [directory.file("ladder")] : []),
      environment: environment ?? nowhere, executable: "/bin/sh")
  }

  private func shell(_ line: String) throws -> Command { try Command(["-c", line], executable: "/bin/sh") }

  /// Writes a file, and the directory it is in if need be.
  private func write(_ bytes: [UInt8], to name: String) throws {
    let folder = URL(fileURLWithPath: directory.file(name)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try directory.write(bytes, to: name)
  }
}
