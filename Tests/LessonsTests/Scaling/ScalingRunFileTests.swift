import GPT2BinaryFiles
import GPT2Lessons
import TestSupport
import Testing

@Suite struct ScalingRunFileTests {
  private func read(_ text: String) throws -> [ScalingRun] {
    let directory = try TemporaryDirectory()
    return try ScalingRunFile.read(
      try directory.write(Array(text.utf8), to: "runs.txt"), vocabularySize: 50257)
  }

  @Test(arguments: [
    "d2 1000 4.5\nd12 2000 3.25\n", "# size tokens loss\r\n\r\n  d2\t1000  4.5\r\nd12 2000 3.25",
  ])
  func runsAreRead(text: String) throws {
    let runs = try read(text)
    #expect(runs.map(\.size) == ["d2", "d12"])
    #expect(runs.map(\.tokens) == [1000, 2000])
    #expect(runs.map(\.loss) == [4.5, 3.25])
    #expect(runs[1].parameters == 124_439_808)
  }

  @Test(arguments: [
    ("d2 1000\n", 1), ("d2 1000 4.5 7\n", 1), ("d2 1000 4.5\nd13 1000 4.5\n", 2), ("d2 0 4.5\n", 1),
    ("d2 -5 4.5\n", 1), ("d2 1e6 4.5\n", 1), ("d2 99999999999999999999 4.5\n", 1),
    ("d2 1000000000000001 4.5\n", 1), ("d2 1000 0\n", 1), ("d2 1000 nan\n", 1), ("d2 1000 inf\n", 1),
    ("d2 1000 1001\n", 1), ("d2 1000 x\n", 1), ("\n\n4x3x128 1000 4.5\n", 3),
    ("16777216x1x16777216 1000 4.5\n", 1),
  ])
  func linesThatAreNoRunsAreRefused(text: String, line: Int) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "runs.txt")
    let cause = expectFileError(path) { _ = try ScalingRunFile.read(path, vocabularySize: 50257) }
    guard case .unparsableText(line, _, _) = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
  }

  @Test func otherFilesAreRefused() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([0xFF, 0xFE, 0x64], to: "runs.txt")
    expectFileError(path) { _ = try ScalingRunFile.read(path, vocabularySize: 50257) }
    let many = try directory.write(
      Array(String(repeating: "d2 1000 4.5\n", count: 10_001).utf8), to: "many.txt")
    expectFileError(many) { _ = try ScalingRunFile.read(many, vocabularySize: 50257) }
    let missing = directory.file("none")
    #expect(
      expectFileError(missing) { _ = try ScalingRunFile.read(missing, vocabularySize: 50257) } == .notFound)
  }
}
