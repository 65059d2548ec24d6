import Foundation
import Lessons
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
    let file = URL(fileURLWithPath: TestFiles.fixture("lessons/ngram.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    trace = try decoder.decode(Trace.self, from: Data(contentsOf: file))
  }

  private func expect(_ files: [String], toGive run: Trace.Run) throws {
    let files = try files.map { try NameFile(path: $0) }
    let results = try NGramLesson(
      training: files[0], validation: files[1], test: files[2],
      settings: .init(orders: [3, 4, 5], smoothings: [0.03, 0.1, 0.3, 1], seed: 1337, sampleLength: 200)
    ).results
    #expect(results.trials.count == 12 && run.grid.count == 12)
    for (trial, row) in zip(results.trials, run.grid) {
      #expect(Double(trial.n) == row[0] && trial.smoothing == Float(row[1]))
      #expect(abs(trial.trainLoss - row[2]) < 1e-6 && abs(trial.validationLoss - row[3]) < 1e-6)
    }
    #expect(Double(results.best.n) == run.best[0] && results.best.smoothing == Float(run.best[1]))
    #expect(results.sample == run.sample)
    #expect(abs(results.testLoss - run.testLoss) < 1e-6)
    #expect(abs(results.testPerplexity - run.testPerplexity) < 1e-5)
  }

  @Test func aFewNames() throws {
    let directory = try TemporaryDirectory()
    let files = try #require(trace.small.files)
    let paths = try ["train", "val", "test"].map { split in
      try directory.write(Array(try #require(files[split]).utf8), to: split + ".txt")
    }
    try expect(paths, toGive: trace.small)
  }

  private static let names = ["train", "val", "test"].compactMap { TestFiles.data("names/\($0).txt") }

  @Test(.enabled(if: names.count == 3, "skipped: data/names/{train,val,test}.txt not found"))
  func theOriginalsNames() throws {
    try expect(Self.names, toGive: trace.names)
    // The README of the original.
    #expect(abs(trace.names.testPerplexity - 8.218358) < 1e-6)
  }
}
