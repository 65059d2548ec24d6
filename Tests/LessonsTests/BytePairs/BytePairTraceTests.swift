import Foundation
import GPT2BinaryFiles
import GPT2Lessons
import TestSupport
import Testing

/// Against karpathy/minbpe, which dev/reference/lessons/bpe.py ran.
@Suite struct BytePairTraceTests {
  private struct Trace: Decodable {
    var text: String
    var merges: Int
    /// What it prints, of BasicTokenizer and of RegexTokenizer with GPT-2's pattern.
    var whole: [String]
    var pieces: [String]
    /// The text, encoded.
    var wholeTokens: [Int]
    var piecesTokens: [Int]
  }

  private let traces: [Trace]

  init() throws {
    traces = try LessonTrace.decode("bpe")
    #expect(traces.count == 8)
  }

  @Test func mergesAndTokensAreMinbpes() {
    for trace in traces {
      let text = Array(trace.text.utf8)
      for (splits, lines, tokens) in [
        (false, trace.whole, trace.wholeTokens), (true, trace.pieces, trace.piecesTokens),
      ] {
        let training = BytePairTraining(text, splits: splits, merges: trace.merges)
        #expect(training.merges.indices.map { training.line(of: $0, of: trace.merges) } == lines)
        #expect(training.encode(text) == tokens)
        #expect(training.merges.last?.tokens == tokens.count)
        #expect(tokens.flatMap { training.vocabulary[$0] } == text)
      }
    }
  }

  /// The example of its README, which is Wikipedia's, and of bpe.md.
  @Test func thePencilsExample() {
    let text = Array("aaabdaaabac".utf8)
    let training = BytePairTraining(text, splits: false, merges: 3)
    #expect(
      training.merges.map { [$0.left, $0.right, $0.count] } == [[97, 97, 4], [256, 97, 2], [257, 98, 2]])
    #expect(training.encode(text) == [258, 100, 258, 97, 99])
    #expect(training.merges.map(\.tokens) == [9, 7, 5])
    #expect(training.bytesPerToken(after: 3) == 2.2 && training.bytesPerToken(after: 0) == 1)
    #expect(training.encode(text, merges: 1) == [256, 97, 98, 100, 256, 97, 98, 97, 99])
  }

  /// As many merges as there are, and none of a single byte.
  @Test func itEndsWhereThereIsNothingToJoin() {
    #expect(BytePairTraining(Array("abc".utf8), splits: false, merges: 10).merges.count == 2)
    #expect(BytePairTraining(Array("a b c".utf8), splits: true, merges: 10).merges.count == 2)
    for splits in [false, true] {
      #expect(BytePairTraining([65], splits: splits, merges: 10).merges.isEmpty)
      #expect(BytePairTraining([], splits: splits, merges: 10).merges.isEmpty)
    }
  }

  /// repr() of Python 3.
  @Test(
    arguments: [
      ([0x65, 0x20], "b'e '"), ([0x27], #"b"'""#), ([0x22, 0x27], #"b'"\''"#), ([0x22], #"b'"'"#),
      ([0x5C, 0x0A, 0x09, 0x0D], #"b'\\\n\t\r'"#), ([0, 0x7F, 0xC3, 0xA9], #"b'\x00\x7f\xc3\xa9'"#),
      ([], "b''"),
    ] as [([UInt8], String)])
  func bytesAreAsPythonPrintsThem(bytes: [UInt8], printed: String) {
    #expect(PythonBytes.literal(bytes) == printed)
  }

  @Test func textsThatCannotBeUsedAreErrors() throws {
    let directory = try TemporaryDirectory()
    let empty = try directory.write([], to: "empty")
    #expect(throws: FileError.self) { try BytePairLesson.text(of: empty) }
    let missing = #expect(throws: FileError.self) { try BytePairLesson.text(of: directory.file("none")) }
    #expect("\(try #require(missing))".contains("scripts/fetch-lessons.sh"))
  }
}
