import GPT2BinaryFiles
import GPT2Lessons
import TestSupport
import Testing

@Suite struct PointFileTests {
  private func read(_ text: String) throws -> Points {
    let directory = try TemporaryDirectory()
    return try PointFile.read(try directory.write(Array(text.utf8), to: "points.csv"))
  }

  @Test(arguments: ["1,2.5\n-3,4e-1\n", "# x, y\n\n1 2.5\r\n-3\t0.4", "1; 2.5\n  -3 ;0.4\n#end"])
  func pointsAreRead(text: String) throws {
    #expect(try read(text) == Points(dimensions: 2, values: [1, 2.5, -3, 0.4]))
  }

  @Test(arguments: [
    ("1,2\n3,x\n", 2), ("x,y\n1,2\n", 1), ("1,2\n\n3\n", 3), ("1\n2 3\n", 2), ("1\nnan\n", 2),
    ("1\ninf\n", 2),
    ("1\n-Infinity\n", 2), ("1e999\n", 1), (String(repeating: "1 ", count: 65), 1),
  ])
  func linesThatAreNoPointsAreRefused(text: String, line: Int) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "points.csv")
    let cause = expectFileError(path) { _ = try PointFile.read(path) }
    guard case .unparsableText(line, _, _) = cause else {
      Issue.record("found \(String(describing: cause))")
      return
    }
  }

  @Test func filesWithoutPointsAreRefused() throws {
    let directory = try TemporaryDirectory()
    for bytes in [[], Array("# nothing\n\n".utf8), [0xFF, 0xFE, 0x31]] {
      let path = try directory.write(bytes, to: "points.csv")
      expectFileError(path) { _ = try PointFile.read(path) }
    }
    let missing = directory.file("none")
    #expect(expectFileError(missing) { _ = try PointFile.read(missing) } == .notFound)
  }
}
