import GPT2BinaryFiles
import GPT2TextFormatting

/// What a run writes about itself as it goes: `main.log`, line for line as llm.c's logger.h, and `metrics.jsonl`,
/// which holds all of it.
struct RunLog {
  private let log: AppendedFile
  private let metrics: AppendedFile

  /// - Parameter keeping: Whether what an earlier part of the run has written stays.
  /// - Throws: `FileError` if a file cannot be opened.
  init(_ directory: RunDirectory, keeping: Bool) throws(FileError) {
    log = try AppendedFile(directory.log, in: directory.folder, keeping: keeping)
    metrics = try AppendedFile(directory.metrics, in: directory.folder, keeping: keeping)
  }

  /// What of records had no end and was cut off: a line for the user for each file.
  var cuts: [String] {
    [log, metrics].filter { $0.cutBytes > 0 }.map {
      "\($0.path): cut off a last record of \($0.cutBytes) bytes without its end"
    }
  }

  /// Writes to each of the files, whatever becomes of the other.
  ///
  /// - Returns: What failed.
  func add(_ record: RunRecord) -> [FileError] {
    var failures: [FileError] = []
    for (file, line) in [(log, record.logLine), (metrics, record.line)] {
      guard let line else { continue }
      do throws(FileError) {
        try file.append(line)
      } catch {
        failures.append(error)
      }
    }
    return failures
  }

  /// Brings each of the files to the disk, whatever becomes of the other.
  ///
  /// - Returns: What failed.
  func sync() -> [FileError] {
    [log, metrics].compactMap { file in
      do throws(FileError) {
        try file.sync()
        return nil
      } catch {
        return error
      }
    }
  }
}

extension RunRecord {
  /// The record of an event, as far as it is one of the run and not of its files' trouble.
  package init?(_ event: TrainingEvent) {
    switch event {
    case .step(let report):
      self.init(report.outlier == nil ? .step : .skipped, step: report.step)
      loss = report.loss
      learningRate = report.learningRate
      gradientNorm = report.gradientNorm
      milliseconds = report.seconds * 1000
      if report.secondsWaited > 0 { waitedMilliseconds = report.secondsWaited * 1000 }
      tokensPerSecond = report.tokensPerSecond
      gigaflops = report.gigaflops
      reason = report.outlier?.description
    case .validation(let step, let loss, let emaLoss, _):
      self.init(.validation, step: step)
      self.loss = loss
      self.emaLoss = emaLoss
    case .evaluation(let step, let accuracy):
      self.init(.evaluation, step: step)
      self.accuracy = accuracy
    case .sample(let step, let text):
      self.init(.sample, step: step)
      self.text = text
    case .checkpoint(let step, let path, let reason):
      self.init(.checkpoint, step: step)
      self.path = path
      self.reason = reason.rawValue
    case .problem: return nil
    }
  }

  /// The record as a line of JSON, without its end. What is not a number is written as a string.
  package var line: String {
    // Nothing else in a record can fail to encode.
    (try? JSONCoding.line(self)) ?? "{}"
  }

  /// The line that llm.c would write, in whose logs steps count from 0; `nil` where it writes none.
  var logLine: String? {
    switch event {
    case .validation: loss.map { "s:\(step) tel:\(Self.fixed($0, 4))" }
    case .evaluation: accuracy.map { "s:\(step) eval:\(Self.fixed(Float($0), 4))" }
    case .step, .skipped:
      "s:\(step - 1) trl:\(Self.fixed(loss ?? .nan, 4)) lr:\(Self.fixed(learningRate ?? .nan, 6))"
        + " norm:\(Self.fixed(gradientNorm ?? .nan, 2))"
    case .run, .change, .sample, .checkpoint, .end: nil
    }
  }

  private static func fixed(_ value: Float, _ decimals: Int) -> String {
    DecimalText.fixed(Double(value), decimals)
  }
}
