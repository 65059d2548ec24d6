import Foundation
import GPT2Lessons
import TestSupport
import Testing

/// Against what the original printed; dev/reference/lessons/ngram.py ran it.
@Suite struct NGramTraceTests {
  private struct Trace: Decodable {
    struct Run: Decodable {
      /// Rows of n, smoothing, training loss and validation loss.
      var grid: [[Double]]
      var best: [Double]
      var sample: String
      var testLoss: Double
      var testPerplexity: Double
      var files: [String: String]?
    }
    var small: Run
    var names: Run
  }

  private let trace: Trace

  init() throws {
    trace = try LessonTrace.decode("ngram")
  }

  private func expect(_ directory: String, toGive run: Trace.Run) throws {
    let settings = try NGramSettings(
      orders: [3, 4, 5], smoothings: [0.03, 0.1, 0.3, 1], seed: 1337, sampledLetters: 200)
    let texts = try NameTexts(directory: directory, least: 5)
    let results = NGramLesson(texts: texts, settings: settings).results
    #expect(results.trials.count == 12 && run.grid.count == 12)
    for (trial, row) in zip(results.trials, run.grid) {
      #expect(Double(trial.n) == row[0] && trial.smoothing == row[1])
      #expect(abs(trial.trainLoss - row[2]) < 1e-6 && abs(trial.validationLoss - row[3]) < 1e-6)
    }
    #expect(Double(results.best.n) == run.best[0] && results.best.smoothing == run.best[1])
    #expect(results.sample == run.sample)
    #expect(abs(results.testLoss - run.testLoss) < 1e-6)
    #expect(abs(results.testPerplexity - run.testPerplexity) < 1e-5)
  }

  @Test func aFewNames() throws {
    let directory = try TemporaryDirectory()
    for (name, text) in try #require(trace.small.files) {
      _ = try directory.write(Array(text.utf8), to: name + ".txt")
    }
    try expect(directory.path, toGive: trace.small)
  }

  private static let names = TestFiles.data("names/train.txt")

  @Test(.enabled(if: names != nil, "skipped: data/names/train.txt not found"))
  func theOriginalsNames() throws {
    let file = URL(fileURLWithPath: try #require(Self.names))
    try expect(file.deletingLastPathComponent().path, toGive: trace.names)
    // The README of the original.
    #expect(abs(trace.names.testPerplexity - 8.218358) < 1e-6)
  }
}
