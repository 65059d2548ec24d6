import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@Suite struct AppendedFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func linesAreKeptOrNot() throws {
    let path = directory.file("log")
    try AppendedFile(path, keeping: false).append("one")
    let kept = try AppendedFile(path, keeping: true)
    try kept.append("two")
    #expect(kept.cutBytes == 0)
    #expect(try text(path) == "one\ntwo\n")
    try AppendedFile(path, keeping: false).append("three")
    #expect(try text(path) == "three\n")
  }

  /// Whatever its length, also where the end before it is further back than is read at once.
  @Test(arguments: [1, 7, 65_535, 65_536, 65_537, 200_000])
  func aTornLastLineIsCutOff(length: Int) throws {
    for whole in ["one\ntwo\n", ""] {
      let path = directory.file("log")
      try (whole + String(repeating: "x", count: length)).write(
        toFile: path, atomically: true, encoding: .utf8)
      let file = try AppendedFile(path, keeping: true)
      #expect(file.cutBytes == length)
      try file.append("three")
      #expect(try text(path) == whole + "three\n")
    }
  }

  #if os(Linux) && compiler(>=6.2)
    /// A disk that is full for a moment, played by a limit on the size of files, in a process of its own.
    @Test func whatDoesNotFitIsTakenBack() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let path = directory.file("log")
        signal(SIGXFSZ, SIG_IGN)
        func limit(_ bytes: rlim_t) throws {
          var limit = rlimit(rlim_cur: bytes, rlim_max: .max)
          try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        }
        let file = try AppendedFile(path, keeping: false)
        try file.append("one")
        try limit(9)
        for _ in 0..<3 {
          let cause = expectFileError(path) { try file.append("a line that is too long") }
          #expect(cause == .system(operation: "writing to it", code: EFBIG))
          #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\n")
        }
        try file.append("two")
        try limit(.max)
        try file.append("a line that is too long")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\na line that is too long\n")
      }
    }
  #endif
}
