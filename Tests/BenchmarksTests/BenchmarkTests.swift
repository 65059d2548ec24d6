import Foundation
import GPT2Kernels
import Testing
import GPT2Transformer

@testable import GPT2Benchmarks

/// Runs of a tiny model: that everything is measured, not how fast it is.
@Suite struct BenchmarkTests {
  private func settings(precision: Precision = .fp32, threads: Int = 2) throws -> BenchmarkSettings {
    var settings = BenchmarkSettings(
      try Configuration(maximumSequenceLength: 32, vocabularySize: 50, layers: 2, heads: 2, channels: 16))
    settings.batchSize = 2
    settings.sequenceLength = 8
    settings.promptLength = 5
    settings.generatedTokens = 2
    settings.workers = Workers(count: threads)
    settings.precision = precision
    settings.repetitions = 1
    settings.memoryValues = 1 << 14
    settings.growth = [4, 8].map { .init(batchSize: 1, sequenceLength: $0) }
    return settings
  }

  @Test(arguments: Precision.allCases, [1, 2])
  func everythingIsMeasured(precision: Precision, threads: Int) throws {
    var observed: Set<String> = []
    let report = try Benchmark(try settings(precision: precision, threads: threads)) { observed.insert($0) }
      .run(Set(BenchmarkPart.allCases))
    #expect(
      report.sections.map(\.kind) == [
        .trainingOperations, .prefillOperations, .decodingOperations, .training, .prefill, .decoding, .growth,
        .scaling,
      ])
    for row in report.sections.flatMap(\.rows) {
      #expect(row.secondsPerCall > 0 && row.secondsPerStep >= row.secondsPerCall, "\(row)")
      #expect(row.fractionOfPeak > 0 && row.fractionOfPeak.isFinite && row.rate > 0, "\(row)")
    }
    for rates in [report.peaks.oneThread, report.peaks.allThreads] {
      #expect(rates.fp32 > 0 && rates.bf16 ?? 1 > 0 && rates.read > 0 && rates.update > 0)
      #expect((rates.bf16 != nil) == KernelSet.preferred.multipliesPairs)
    }
    #expect(report.peaks.allThreads.threads == threads)
    #expect(report.peaks.fanOutSeconds > 0)
    #expect(observed.contains("qkv, backward") && observed.contains("training step, B=1 T=8"))
  }

  /// A row that was faster than the peaks shows that they were taken too low.
  @Test func nothingIsFasterThanTheBestThatWasSeen() throws {
    func rates(_ fp32: Double) -> PeakRates {
      PeakRates(threads: 2, fp32: fp32, bf16: nil, read: 10, update: 10)
    }
    var report = try Benchmark(try settings()) { _ in }.run([])
    report.peaks = Peaks(
      oneThread: rates(50), allThreads: rates(100), fanOutSeconds: 1, allThreadsAtEnd: rates(120))
    report.sections = [
      BenchmarkSection(
        kind: .training, title: "",
        rows: [1.0, 0.5].map {
          BenchmarkRow(
            "", pass: nil, seconds: $0, work: Work(operations: 75), peaks: rates(100), precision: .fp32)
        })
    ]
    #expect(report.sections[0].rows.map(\.fractionOfPeak) == [0.75, 1.5])
    report.holdAgainstBestPeaks()
    #expect(report.sections[0].rows.map(\.fractionOfPeak) == [0.5, 1])
  }

  @Test func threadsAreAddedByDoubling() throws {
    #expect(Benchmark.threadCounts(upTo: 1) == [1])
    #expect(Benchmark.threadCounts(upTo: 2) == [1, 2])
    #expect(Benchmark.threadCounts(upTo: 12) == [1, 2, 4, 8, 12])
    let report = try Benchmark(try settings(threads: 3)) { _ in }.run([.scaling])
    let rows = try #require(report.section(.scaling)?.rows)
    #expect(rows.map(\.name).prefix(3) == ["1 thread: training step", "1 thread: prompt", "1 thread: token"])
    #expect(rows.count == 9 && rows.last?.name == "3 threads: token")
  }

  @Test func operationsAreThoseOfTheModel() throws {
    let report = try Benchmark(try settings()) { _ in }.run([.ops])
    let rows = try #require(report.section(.trainingOperations)?.rows)
    func calls(_ name: String, _ pass: String) -> Int? {
      rows.first { $0.name == name && $0.pass == pass }?.callsPerStep
    }
    for name in ["qkv", "attention", "attproj", "fc + GELU", "fcproj"] {
      #expect(calls(name, "forward") == 2 && calls(name, "backward") == 2, "\(name)")
    }
    for name in ["embedding", "classifier"] {
      #expect(calls(name, "forward") == 1 && calls(name, "backward") == 1, "\(name)")
    }
    #expect(calls("layer norm", "forward") == 5 && calls("layer norm", "backward") == 5)
    #expect(calls("gradient norm", "update") == 1 && calls("AdamW", "update") == 1)
    let prefill = try #require(report.section(.prefillOperations)?.rows)
    #expect(prefill.map(\.name).contains("attention") && prefill.allSatisfy { $0.pass == "forward" })
  }

  @Test func jsonHasEveryRow() throws {
    let report = try Benchmark(try settings()) { _ in }.run([.train, .growth])
    let data = try JSONEncoder().encode(report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let sections = try #require(object["sections"] as? [[String: Any]])
    #expect(sections.map { $0["kind"] as? String } == ["training", "growth"])
    let rows = try #require(sections.first?["rows"] as? [[String: Any]])
    #expect(
      rows.map { $0["name"] as? String } == [
        "forward", "logits, loss, backward", "gradient norm", "update", "training step",
      ])
    #expect(rows.allSatisfy { $0["secondsPerCall"] is Double })
    let peaks = try #require((object["peaks"] as? [String: Any])?["oneThread"] as? [String: Any])
    // Null where there is none, and not missing.
    #expect(peaks["bf16"] != nil && peaks["fp32"] is Double)
  }

  @Test func whoeverWatchesCanEndIt() throws {
    struct Enough: Error {}
    var seen = 0
    let settings = try settings()
    #expect(throws: Enough.self) {
      _ = try Benchmark(settings) { _ in
        seen += 1
        if seen == 20 { throw Enough() }
      }.run([.ops])
    }
    #expect(seen == 20)
  }

  @Test func risesAreTakenWhereTheBatchDoubles() throws {
    let peaks = PeakRates(threads: 1, fp32: 1, bf16: nil, read: 1, update: 1)
    func section(_ rows: (tokens: Int, seconds: Double)...) -> BenchmarkSection {
      BenchmarkSection(
        kind: .growth, title: "",
        rows: rows.map {
          BenchmarkRow(
            "", pass: nil, seconds: $0.seconds, work: Work(operations: 1), peaks: peaks, precision: .fp32,
            tokens: $0.tokens)
        })
    }
    // From 8 to 1 token the time a token takes grows by ten, but nothing doubles there.
    #expect(section((2, 2), (4, 4), (8, 12), (1, 15), (2, 15)).steepestRise == 1.5)
    #expect(section((2, 2)).steepestRise == nil)
  }

  @Test(
    arguments: [
      (200, 200, 10, false), (200, 200, 11.9, false), (200, 200, 12.1, true), (200, 160, 10, true),
      (140, 140, 10, true),
    ] as [(Double, Double, Double, Bool)])
  func unsteadyPeaksAreNoticed(fp32: Double, fp32AtEnd: Double, readAtEnd: Double, isDisturbed: Bool) {
    func rates(_ threads: Int, _ fp32: Double, _ read: Double) -> PeakRates {
      PeakRates(threads: threads, fp32: fp32, bf16: nil, read: read, update: 1)
    }
    let peaks = Peaks(
      oneThread: rates(1, 100, 9), allThreads: rates(2, fp32, 10), fanOutSeconds: 1,
      allThreadsAtEnd: rates(2, fp32AtEnd, readAtEnd))
    #expect(peaks.areDisturbed == isDisturbed)
  }

  @Test func memoryIsEstimatedByTheLargestPart() throws {
    var settings = try settings()
    let parameters = try #require(settings.configuration.parameterCount)
    let base = 4 * settings.memoryValues
    #expect(settings.bytesNeeded(for: [.decode]) == base + 4 * parameters)
    let train = settings.bytesNeeded(for: [.train])
    #expect(train > base + 16 * parameters)
    #expect(settings.bytesNeeded(for: [.train, .growth]) == train)
    settings.growth = [.init(batchSize: 4, sequenceLength: 8)]
    #expect(settings.bytesNeeded(for: [.train, .growth]) > train)
  }
}
