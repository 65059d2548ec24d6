import GPT2BinaryFiles
import TestSupport
import Testing

@testable import GPT2TrainingCore

@Suite struct LossFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func commentsAndBlankLinesAreSkipped() throws {
    let path = try directory.write(Array("# made by hand\n1.5\n\n  2e-1\r\n#\n-3".utf8), to: "losses.txt")
    #expect(try LossFile.read(path, count: 3) == [1.5, 0.2, -3])
  }

  @Test func aLineThatIsNoNumberIsNamed() throws {
    for bad in ["oops", "nan", "1.5 2", "inf"] {
      let path = try directory.write(Array("1\n\(bad)\n".utf8), to: "bad.txt")
      let cause = expectFileError(path) { _ = try LossFile.read(path, count: 2) }
      #expect(cause == .unparsableText(line: 2, found: bad, expected: "one loss"))
    }
  }

  @Test func anotherNumberOfLossesIsRefused() throws {
    let path = try directory.write(Array("1\n2\n".utf8), to: "short.txt")
    guard
      case .mismatch("2 losses", "3, one for each step", _) = expectFileError(
        path, { _ = try LossFile.read(path, count: 3) })
    else {
      Issue.record("expected a mismatch")
      return
    }
  }

  @Test func aMissingFileIsNamed() {
    let path = directory.file("missing.txt")
    #expect(expectFileError(path) { _ = try LossFile.read(path, count: 1) } == .notFound)
  }
}
