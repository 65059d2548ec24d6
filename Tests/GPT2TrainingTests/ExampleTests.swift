import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// What readers copy.
@Suite struct ExampleTests {
  /// README shows what is compiled here.
  @Test func theExampleIsReadmes() throws {
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: TestFiles.project(name), encoding: .utf8)
    }
    let source = try text("Tests/GPT2TrainingTests/ReadmeTrainingExample.swift")
    let example = try #require(source.components(separatedBy: "// example\n").last)
      .components(separatedBy: "// end of example")[0]
    #expect(try text("README.md").contains("```swift\n\(example)```"))
  }

  @Test func theExampleRuns() async throws {
    try await trainAndTell(Story.text)
    await #expect(throws: FileError.self) { try await trainAndTell("too short") }
  }

  /// Those of dev/examples, which dev/check-package.sh runs, are formatted as all is, and short.
  @Test func trainingTakesTwentyLines() throws {
    let source = try String(
      contentsOfFile: TestFiles.project("dev/examples/Sources/train-and-stream/main.swift"), encoding: .utf8)
    #expect(source.split(separator: "\n").count <= 20)
  }
}
