import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Reports

/// Logs of llm.c, written with the formats of its logger.h.
@Suite struct MainLogTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func validation(_ step: Int, _ loss: Double) -> String {
    String(format: "s:%d tel:%.4f\n", step, loss)
  }

  private func evaluation(_ step: Int, _ accuracy: Double) -> String {
    String(format: "s:%d eval:%.4f\n", step, accuracy)
  }

  private func update(_ step: Int, _ loss: Double) -> String {
    String(format: "s:%d trl:%.4f lr:%.6f norm:%.2f\n", step, loss, 6e-4, 1.25)
  }

  private func history(_ text: String) throws -> RunHistory {
    _ = try directory.write(Array(text.utf8), to: "main.log")
    return try RunHistory(directory: directory.path)
  }

  @Test func aLogIsRead() throws {
    let history = try history(
      validation(0, 10.98) + evaluation(0, 0.2466) + update(0, 11.01) + update(1, 10.5) + validation(2, 10.25)
    )
    #expect(history.source == .mainLog)
    // llm.c counts the updates before, we those made: its first is step 1.
    #expect(history.updates.map(\.step) == [1, 2])
    #expect(history.updates.map { ($0.loss * 1e4).rounded() } == [110_100, 105_000])
    #expect(history.updates.allSatisfy { $0.learningRate == Double(Float(6e-4)) && $0.gradientNorm == 1.25 })
    #expect(history.updates.allSatisfy { $0.tokens == nil })
    #expect(history.validations.map(\.step) == [0, 2])
    #expect(history.accuracies == [RunHistory.Measurement(step: 0, value: 0.2466)])
    #expect(history.parts.isEmpty && history.resumes.isEmpty)
  }

  @Test func stepsThatComeAgainAreAResume() throws {
    let history = try history(
      (0..<6).map { update($0, 5) }.joined() + validation(6, 4) + validation(4, 4.5)
        + update(4, 3))
    #expect(history.updates.map(\.step) == [1, 2, 3, 4, 5])
    #expect(history.updates.last?.loss == 3)
    #expect(history.validations == [RunHistory.Measurement(step: 4, value: 4.5)])
    #expect(history.resumes == [4])
    #expect(history.lostUpdates == 2)
  }

  @Test func theFirstVersionsWroteLess() throws {
    let history = try history("s:0 trl:11.0000\ns:1 trl:nan\ns:2 trl:-nan\ns:3 trl:inf\n")
    #expect(history.updates.map(\.step) == [1, 2, 3, 4])
    #expect(history.updates[0].learningRate == nil)
    #expect(history.updates[1].loss.isNaN && history.updates[2].loss.isNaN)
    #expect(history.updates[3].loss == .infinity)
  }

  @Test func aLastLineWithoutAnEndIsLeftOut() throws {
    // Though it could be read: 3.4 may have been meant to be 3.4567.
    let history = try history(update(0, 5) + "s:1 tel:3.4")
    #expect(history.validations.isEmpty)
    #expect(history.cutLines == [2])
  }

  @Test func metricsComeBeforeTheLog() throws {
    _ = try directory.write(Array(update(0, 5).utf8), to: "main.log")
    _ = try directory.write(Array(#"{"event":"step","step":7,"loss":1}"#.utf8), to: "metrics.jsonl")
    #expect(try RunHistory(directory: directory.path).updates.map(\.step) == [7])
  }

  @Test(arguments: [
    "s:1", "tel:3.0", "s:1 tel:", "s:1 tel:x", "s:x tel:3", "s:-1 tel:3", "s:1 foo:3", "s:1 tel:3 eval:4",
    "s:1 tel:3 tel:4", "s:1 trl:3 lr:0.1", "s:1 tel 3", "s:1:2 tel:3", "s:9007199254740992 trl:1",
    "s:99999999999999999999 trl:1", "step 1 | loss 3",
  ])
  func aDamagedLineIsNamed(line: String) throws {
    let path = try directory.write(Array((update(0, 5) + line + "\n").utf8), to: "main.log")
    let cause = expectFileError(path) { _ = try RunHistory(directory: directory.path) }
    guard case .unparsableText(line: 2, line, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }
}
