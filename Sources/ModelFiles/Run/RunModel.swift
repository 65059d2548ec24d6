import GPT2BinaryFiles
import GPT2Platform
import GPT2Tokens

/// The model that a run directory holds, of this project's runs and of llm.c's.
///
/// It is the one of the lowest validation loss, `best_STEP.bin`, or else that of the last checkpoint which
/// `DONE_STEP` says is whole.
package struct RunModel: Equatable, Sendable {
  /// With a slash at its end.
  package let directory: String
  /// The checkpoint's file, or the adapters' if it is they that were trained.
  package let result: String
  package let step: Int
  /// Whether `result` holds low-rank adapters, which are of use with the model that they were trained on alone.
  package let holdsAdapters: Bool

  /// - Returns: `nil` if the directory is no run's, or its run has saved nothing yet.
  /// - Throws: `FileError` if the directory cannot be read.
  package init?(directory path: String) throws(FileError) {
    let directory = Folder.withSlash(path)
    let files = try Folder.names(in: path).compactMap { RunFileName($0) }
    func last(_ kind: RunFileName.Kind) -> Int? { files.filter { $0.kind == kind }.map(\.step).max() }
    if let best = last(.best) {
      let result = directory + RunFileName(.best, best).name
      self.init(directory, result, step: best, holdsAdapters: try AdapterFile.mayBe(result))
    } else if let done = last(.done) {
      let holdsAdapters = files.contains(RunFileName(.adapters, done))
      let name = RunFileName(holdsAdapters ? .adapters : .model, done).name
      self.init(directory, directory + name, step: done, holdsAdapters: holdsAdapters)
    } else {
      return nil
    }
  }

  private init(_ directory: String, _ result: String, step: Int, holdsAdapters: Bool) {
    self.directory = directory
    self.result = result
    self.step = step
    self.holdsAdapters = holdsAdapters
  }

  /// The tokenizer of the run's data: a run keeps one if it knows it. It is `nil` if the run keeps none.
  package var tokenizerPath: String? { RunTokenizer.path(in: directory) }

  /// The template of the run's instructions; `nil` if it learnt from none.
  package var templatePath: String? { RunTemplate.path(in: directory) }

  /// Where the model is that the adapters were trained on: the run's own, or as its first record says.
  ///
  /// - Throws: `FileError` if the record does not say, or there is no such file any more.
  package func basePath() throws(FileError) -> String {
    if let base = try RunBase.path(in: directory) { return base }
    let log = directory + RunLogFormat.name
    let lines = try MappedFile(path: log)
    let base = try withExtendedLifetime(lines) { () throws(FileError) in
      let first = lines.bytes.prefix { $0 != UInt8(ascii: "\n") }
      let record = try JSONParser.parse(UnsafeRawBufferPointer(rebasing: first), path: log)
      return record.object?[RunLogFormat.settings]?.object?[RunLogFormat.modelPath]?.string
    }
    guard let base, FileSystem.exists(base) else {
      throw FileError(
        result,
        .mismatch(
          found: "adapters without their model" + (base.map { ", which was \($0)" } ?? ""),
          expected: "the model that they were trained on",
          advice: "name it with --model, and this file with --adapters"))
    }
    return base
  }
}

/// What is read elsewhere of a run's `metrics.jsonl`.
package enum RunLogFormat {
  package static let name = "metrics.jsonl"
  package static let settings = "settings"
  /// Of the settings: where the model is that the run began with, from the root on; absent for a new model.
  package static let modelPath = "model path"
}
