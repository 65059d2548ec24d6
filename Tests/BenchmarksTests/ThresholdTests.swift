import GPT2BinaryFiles
import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2Benchmarks

@Suite struct ThresholdTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func settings() throws -> BenchmarkSettings {
    var settings = BenchmarkSettings(
      try Configuration(maximumSequenceLength: 32, vocabularySize: 50, layers: 2, heads: 2, channels: 16))
    (settings.batchSize, settings.sequenceLength, settings.promptLength) = (2, 8, 5)
    settings.generatedTokens = 2
    settings.workers = Workers(count: 1)
    settings.repetitions = 1
    settings.memoryValues = 1 << 14
    return settings
  }

  private func threshold(_ operation: String, _ pass: String?, _ share: Double) -> String {
    let pass = pass.map { #","pass":"\#($0)""# } ?? ""
    let section = pass.isEmpty ? "training" : "trainingOperations"
    return #"{"section":"\#(section)","operation":"\#(operation)"\#(pass),"share":\#(share)}"#
  }

  private func write(_ thresholds: [String], threads: Int = 1, version: Int = 1) throws -> String {
    let kernels = try settings().workers.kernels.name.rawValue
    let conditions =
      #"{"kernels":"\#(kernels)","threads":\#(threads),"precision":"fp32","weights":"fp32","layers":2,"channels":16,"#
      + #""batchSize":2,"sequenceLength":8,"promptLength":5}"#
    let text =
      #"{"version":\#(version),"about":"","sets":[{"conditions":\#(conditions),"thresholds":["#
      + thresholds.joined(separator: ",") + "]}]}"
    return try directory.write(Array(text.utf8), to: "thresholds.json")
  }

  /// A report in which every operation has one share of the peak.
  ///
  /// - Parameter isDisturbed: Whether the peaks are far below what one thread did.
  private func report(_ share: Double, isDisturbed: Bool = false) throws -> BenchmarkReport {
    let peaks = PeakRates(threads: 1, fp32: 100, bf16: nil, read: 1e9, update: 1e9)
    func row(_ name: String, _ pass: String?) -> BenchmarkRow {
      BenchmarkRow(
        name, pass: pass, seconds: 1 / share, work: Work(operations: 100, bytesRead: 0, bytesWritten: 0),
        peaks: peaks,
        precision: .fp32)
    }
    var report = BenchmarkReport(
      machine: Machine(.fp32, try settings().workers.kernels), settings: .init(try settings()),
      peaks: Peaks(
        oneThread: PeakRates(threads: 1, fp32: isDisturbed ? 200 : 100, bf16: nil, read: 1e9, update: 1e9),
        allThreads: peaks, fanOutSeconds: 0))
    report.sections = [
      BenchmarkSection(
        kind: .trainingOperations, title: "t",
        rows: [row("qkv", "forward"), row("qkv", "  its dW, db"), row("new", "forward")]),
      BenchmarkSection(kind: .training, title: "t", rows: [row("training step", nil)]),
    ]
    return report
  }

  private func check(_ thresholds: [String]) throws -> (check: ThresholdCheck, path: String) {
    let path = try write(thresholds)
    let set = try ThresholdFile(contentsOf: path).set(for: settings(), in: path)
    return (ThresholdCheck(set), path)
  }

  @Test func whatIsKeptIsMeasuredOnce() throws {
    var (check, path) = try check([
      threshold("qkv", "forward", 0.4), threshold("qkv", "its dW, db", 0.5),
      threshold("training step", nil, 0.5),
    ])
    _ = try check.run(in: path) { parts in
      #expect(parts == [.ops, .train])
      return try report(0.5)
    }
    #expect(check.isKept)
    #expect(check.tries == 1)
    #expect(check.rows.map(\.found).allSatisfy { abs($0 - 0.5) < 1e-12 })
    #expect(check.unchecked == ["new, forward"])
  }

  /// The best of several counts, for each operation by itself.
  @Test func whatIsMissedIsTriedAgain() throws {
    var (check, path) = try check([threshold("qkv", "forward", 0.4), threshold("training step", nil, 0.4)])
    var shares = [0.1, 0.3, 0.45, 0.9]
    _ = try check.run(in: path) { _ in try report(shares.removeFirst()) }
    #expect(check.isKept)
    #expect(check.tries == 3)
    #expect(check.rows.allSatisfy { abs($0.found - 0.45) < 1e-12 })
  }

  @Test func whatStaysBelowIsBelow() throws {
    var (check, path) = try check([threshold("qkv", "forward", 0.4), threshold("training step", nil, 0.2)])
    var shares = [0.1, 0.3, 0.2, 0.1]
    _ = try check.run(in: path) { _ in try report(shares.removeFirst()) }
    #expect(!check.isKept)
    #expect(check.tries == ThresholdCheck.greatestTries)
    #expect(check.rows.map(\.isKept) == [false, true])
    #expect(abs(check.rows[0].found - 0.3) < 1e-12)
  }

  /// Its peaks are too low, so its shares are too high.
  @Test func whatIsMeasuredOnADisturbedMachineDoesNotCount() throws {
    let named = [threshold("qkv", "forward", 0.4), threshold("training step", nil, 0.4)]
    var (check, path) = try check(named)
    var shares = [(0.9, true), (0.3, false), (0.8, true), (0.45, false)]
    _ = try check.run(in: path) { _ in
      let (share, isDisturbed) = shares.removeFirst()
      return try report(share, isDisturbed: isDisturbed)
    }
    #expect(check.isKept && check.tries == 4 && check.disturbed == 2)
    #expect(check.rows.allSatisfy { abs($0.found - 0.45) < 1e-12 })

    (check, path) = try self.check(named)
    _ = try check.run(in: path) { _ in try report(0.9, isDisturbed: true) }
    #expect(!check.isKept && !check.isMeasured && check.tries == ThresholdCheck.greatestTries)
    #expect(check.rows.allSatisfy { $0.found == 0 && !$0.isKept })
  }

  @Test func aRealMeasurementHasTheirRows() throws {
    let path = try write([threshold("fc + GELU", "its dW, db", 1e-9), threshold("training step", nil, 1e-9)])
    var check = ThresholdCheck(try ThresholdFile(contentsOf: path).set(for: settings(), in: path))
    let benchmark = Benchmark(try settings()) { _ in }
    _ = try check.run(in: path) { parts in
      var measured = try benchmark.run(parts)
      // Whatever else is at work here.
      measured.peaks = try report(1).peaks
      return measured
    }
    #expect(check.isKept && check.tries == 1)
  }

  @Test func anOperationThatThereIsNotIsNamed() throws {
    var (check, path) = try check([threshold("qkw", "forward", 0.4)])
    let cause = expectFileError(path) {
      do { _ = try check.run(in: path) { _ in try report(0.5) } } catch let error as FileError { throw error }
    }
    guard case .mismatch(let found, _, _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
    #expect(found == "a threshold for qkw, forward of trainingOperations")
  }

  @Test(arguments: [
    "", "{", "[]", #"{"version":1}"#, #"{"version":1,"sets":[{"conditions":{},"thresholds":[]}]}"#,
  ])
  func whatIsNoFileOfThresholds(text: String) throws {
    let path = try directory.write(Array(text.utf8), to: "bad.json")
    let cause = expectFileError(path) { _ = try ThresholdFile(contentsOf: path) }
    guard case .mismatch(_, "thresholds as JSON", _) = cause else {
      Issue.record("\(String(describing: cause))")
      return
    }
  }

  @Test func otherFilesThatCannotBeUsed() throws {
    let missing = directory.file("missing.json")
    #expect(expectFileError(missing) { _ = try ThresholdFile(contentsOf: missing) } == .notFound)
    let later = try write([], version: 2)
    guard
      case .unsupportedVersion(2, [1], _) = expectFileError(
        later, { _ = try ThresholdFile(contentsOf: later) })
    else {
      Issue.record("a later version was read")
      return
    }
    for share in [0, -1, 11] {
      let path = try write([threshold("qkv", "forward", Double(share))])
      guard case .mismatch = expectFileError(path, { _ = try ThresholdFile(contentsOf: path) }) else {
        Issue.record("a share of \(share) was taken")
        return
      }
    }
    let twice = try write([threshold("qkv", "forward", 0.5), threshold("qkv", "forward", 0.4)])
    guard
      case .mismatch("two shares for qkv, forward of trainingOperations", _, _) = expectFileError(
        twice, { _ = try ThresholdFile(contentsOf: twice) })
    else {
      Issue.record("two shares were taken")
      return
    }
    let path = try write([threshold("qkv", "forward", 0.5)], threads: 77)
    let file = try ThresholdFile(contentsOf: path)
    guard
      case .mismatch(let found, _, _) = expectFileError(path, { _ = try file.set(for: settings(), in: path) })
    else {
      Issue.record("thresholds of other conditions were taken")
      return
    }
    #expect(found.contains("on 77 threads"))
  }
}
