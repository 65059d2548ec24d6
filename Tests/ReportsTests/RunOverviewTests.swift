import Foundation
import GPT2Reports
import TestSupport
import Testing
import GPT2TrainingCore

@Suite struct RunOverviewTests {
  /// Updates of 256 tokens, at the given speeds in tokens/s.
  private func updates(_ speeds: [Double], losses: [Float]) -> [RunRecord] {
    zip(speeds, losses).enumerated().map { index, update in
      var record = RunRecord(.step, step: index + 1)
      record.loss = update.1
      record.tokensPerSecond = update.0
      record.gigaflops = update.0 / 10
      record.milliseconds = 256_000 / update.0
      return record
    }
  }

  @Test func numbersAreThoseOfTheRecords() throws {
    let records =
      updates([10, 100, 400, 200, 300], losses: [5, 4, 3, 2, 1])
      + [
        RunHistoryTests.validation(0, 6), RunHistoryTests.validation(3, 2),
        RunHistoryTests.validation(5, 2.5),
      ]
    let overview = RunOverview(try RunHistoryTests.history(records), name: "book")
    #expect(overview.step == 5 && overview.updates == 5)
    #expect(overview.tokens == 5 * 256)
    let seconds: [Double] = [25.6, 2.56, 0.64, 1.28, 256.0 / 300]
    let sum = seconds.reduce(0, +)
    #expect(abs(try #require(overview.seconds) - sum) < 1e-9)
    // Without the first: 100, 200, 300, 400, of which the upper middle one.
    #expect(overview.medianTokensPerSecond == 300)
    #expect(overview.medianGigaflops == 30)
    #expect(overview.trainingLoss == 1)
    #expect(overview.bestValidation?.step == 3)
    #expect(abs(try #require(overview.bestValidation).perplexity - 7.38905609893065) < 1e-12)
    #expect(overview.lastValidation?.step == 5)
    #expect(overview.overfitting?.bestStep == 3)
    #expect(overview.overfitting?.rise == 0.5)
    #expect(overview.overfitting?.fall == 2)
  }

  @Test func whatIsNotKnownIsLeftOut() throws {
    let overview = RunOverview(
      try RunHistoryTests.history(RunHistoryTests.updates(1...3, loss: 2)), name: "r")
    #expect(overview.tokens == nil && overview.seconds == nil && overview.medianTokensPerSecond == nil)
    #expect(overview.bestValidation == nil && overview.overfitting == nil && overview.ending == nil)
  }

  @Test(arguments: [
    // The best loss, the last one, the training losses then; whether later steps overfit.
    (2.0, 2.5, 3.0, 1.0, true), (2.0, 2.01, 3.0, 1.0, false), (2.0, 2.5, 3.0, 3.5, false),
    (2.5, 2.0, 3.0, 1.0, false), (2.0, .nan, 3.0, 1.0, false),
  ])
  func overfittingIsARiseWhileTrainingFalls(
    best: Double, last: Double, before: Double, after: Double, overfits: Bool
  ) throws {
    var records = RunHistoryTests.updates(1...1, loss: Float(before))
    records += [RunHistoryTests.validation(1, Float(best))]
    records += RunHistoryTests.updates(2...2, loss: Float(after))
    var history = RunHistory(.metrics)
    for record in records + [RunHistoryTests.validation(2, Float(last))] { history.append(record) }
    #expect((RunOverview(history, name: "r").overfitting != nil) == overfits)
  }

  @Test func aValidationLossThatIsNoNumberIsNeverTheBest() throws {
    var history = RunHistory(.metrics)
    for record in [(1, Float.nan), (2, 3), (3, -.infinity), (4, 4)].map(RunHistoryTests.validation) {
      history.append(record)
    }
    #expect(RunOverview(history, name: "r").bestValidation?.step == 2)
  }
}
