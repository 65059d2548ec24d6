import GPT2Charts
import Foundation
import TestSupport
import Testing
import GPT2TrainingCore

@testable import GPT2Reports

/// Runs whose records are too many to be kept.
@Suite struct LongRunTests {
  private static func loss(_ step: Int) -> Float { 3 + Float(step % 977) / 1000 }

  private static func record(_ step: Int, loss: Float? = nil) -> RunRecord {
    var record = RunRecord(.step, step: step)
    record.loss = loss ?? Self.loss(step)
    record.learningRate = 0.001
    record.gradientNorm = 1 + Float(step % 101) / 100
    record.milliseconds = 10
    record.tokensPerSecond = Double(1000 + step % 7)
    record.gigaflops = 5
    return record
  }

  private static func history(_ records: some Sequence<RunRecord>, knowing rewinds: Rewinds? = nil)
    -> RunHistory
  {
    var history = rewinds.map { RunHistory(.metrics, knowing: $0) } ?? RunHistory(.metrics)
    for record in records { history.append(record) }
    return history
  }

  /// What is said of all updates is of all, though few are kept; a spike and a gap stay to be seen.
  @Test func totalsAreOfAllAndSpikesStay() throws {
    let count = 200_000
    var records = (1...count).map { Self.record($0) }
    records[123_455].loss = 50
    records[77_776].loss = .nan
    records[150_000].gradientNorm = 900
    let history = Self.history(records)
    #expect(history.updateCount == count && history.isLong && !history.isIncomplete)
    #expect(history.updates.count < 20_000)
    #expect(history.updates.map(\.step) == history.updates.map(\.step).sorted())
    #expect(history.updates.first?.step == 1 || history.updates[0].step < 400)
    #expect(history.updates.last?.step == count)
    #expect(history.updates.contains { $0.step == 123_456 && $0.loss == 50 })
    #expect(history.updates.contains { $0.step == 77_777 && $0.loss.isNaN })
    #expect(history.updates.contains { $0.step == 150_001 && $0.gradientNorm == 900 })

    let overview = RunOverview(history, name: "long")
    // 10 ms each at 1000 + step % 7 tokens a second, rounded to 10 tokens.
    #expect(overview.tokens == 10 * count && overview.seconds == Double(count) / 100)
    #expect(
      overview.updates == count && overview.medianTokensPerSecond == 1003 && overview.smoothingSpan == 200)
    // The average by its definition, over all.
    let smoothed = Smoothing.exponential(records.map { Double($0.loss ?? 0) }, span: 200)
    #expect(abs(try #require(overview.smoothedTrainingLoss) - smoothed[count - 1]) < 1e-12)
    #expect(history.totals.gaps == 1 && history.totals.firstGap == 77_777)
    for update in history.updates where !update.loss.isNaN {
      #expect(abs(try #require(update.averages?.loss) - smoothed[update.step - 1]) < 1e-12)
    }
  }

  /// Nothing is left out of a run that is short enough, to the last update.
  @Test func aShortRunIsKeptWhole() {
    let history = Self.history((1...RunHistory.Update.exactLimit).map { Self.record($0) })
    #expect(!history.isLong && history.updates.map(\.step) == Array(1...RunHistory.Update.exactLimit))
    #expect(history.updates.allSatisfy { $0.averages == nil })
  }

  /// A long run that went back, read a second time, is what it would be if what it took back had never been.
  @Test func aSecondReadingKnowsWhatIsTakenBack() {
    var run = RunRecord(.run, step: 0)
    func resumed(_ step: Int) -> RunRecord {
      run.step = step
      return run
    }
    let records =
      [resumed(0)] + (1...40_000).map { Self.record($0, loss: 1) } + [resumed(30_000)]
      + (30_001...60_000).map { Self.record($0, loss: 2) } + [resumed(50_000)]
      + (50_001...55_000).map { Self.record($0, loss: 3) } + [resumed(20_000)]
      + (20_001...70_000).map { Self.record($0, loss: 4) }
    let first = Self.history(records)
    #expect(first.isIncomplete)
    let second = Self.history(records, knowing: first.rewinds)
    let plain = Self.history(
      (1...20_000).map { Self.record($0, loss: 1) } + (20_001...70_000).map { Self.record($0, loss: 4) })
    #expect(!second.isIncomplete && second.updateCount == 70_000)
    let areSame = second.updates == plain.updates
    #expect(areSame)
    #expect(second.totals.milliseconds == plain.totals.milliseconds)
    #expect(second.resumes == [20_000] && second.parts.count == 4)
    #expect(second.lostUpdates == 10_000 + 10_000 + 35_000)
    #expect(second.lastStep == 70_000)
  }

  /// llm.c's log does not say that a run went back: its steps come again.
  @Test func stepsThatComeAgain() {
    let records =
      (1...40_000).map { Self.record($0, loss: 1) } + (30_001...50_000).map { Self.record($0, loss: 2) }
    let first = Self.history(records)
    let second = Self.history(records, knowing: first.rewinds)
    #expect(first.isIncomplete && !second.isIncomplete && first.rewinds.all.count == 1)
    #expect(second.updateCount == 50_000 && second.resumes == [30_000] && second.lostUpdates == 10_000)
  }

  /// Each update left out used to be compared with all before it.
  @Test func manyUpdatesLeftOut() {
    let history = Self.history(
      (1...300_000).lazy.map { step in
        var record = RunRecord(.skipped, step: step)
        record.reason = "outlier"
        return record
      })
    #expect(history.skippedCount == 300_000 && history.skipped.count <= 4096)
    #expect(history.skipped.prefix(3).map(\.step) == [1, 17, 33] || history.skipped[0].step == 1)
  }

  /// All of a table's lines are there, however many.
  @Test func aTableHasAllSteps() throws {
    let directory = try TemporaryDirectory()
    let lines = (1...20_000).map { #"{"event":"step","step":\#($0),"loss":1.5}"# }
    try directory.write(lines.joined(separator: "\n") + "\n", to: "metrics.jsonl")
    let history = try RunHistory(directory: directory.path, keepingAll: true)
    #expect(history.csv.split(separator: "\n").count == 20_001)
  }
}
