import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Reports
import GPT2Terminal

/// A run that a report is made on, as it was when it was read last.
struct ReportedRun {
  let directory: String
  /// What to call it.
  private(set) var name: String
  private(set) var history: RunHistory
  private(set) var files: RunFiles
  /// What would be different if the run had gone on.
  private var traces: [String: Trace]

  /// What tells a file from the same one later.
  private struct Trace: Equatable {
    let bytes: Int
    let identifier: UInt64
    let seconds: Int
  }

  /// - Parameter keepingAll: Whether all that happened is kept, however long the run is.
  /// - Throws: `FileError` if it is no directory of a run, or its records cannot be read.
  init(_ directory: String, keepingAll: Bool = false) throws(FileError) {
    self.directory = Folder.withoutSlash(directory)
    name = Folder.name(of: self.directory)
    // Before it is read: what comes meanwhile is then seen as new.
    traces = Self.traces(of: self.directory)
    history = try RunHistory(directory: self.directory, keepingAll: keepingAll)
    files = try RunFiles(directory: self.directory)
  }

  /// Reads it again if it has gone on.
  ///
  /// - Returns: Whether it has.
  /// - Throws: `FileError` as the first time.
  mutating func update() throws(FileError) -> Bool {
    let found = Self.traces(of: directory)
    guard found != traces else { return false }
    var renewed = try ReportedRun(directory)
    renewed.name = name
    self = renewed
    return true
  }

  /// Of lines that were not read.
  func warn() {
    for line in history.cutLines {
      Diagnostics.write(
        "warning: \(directory)/\(history.source.rawValue): line \(line) is cut short and was left out")
    }
  }

  /// Runs of the same name are called by their paths.
  static func makeNamesDiffer(in runs: inout [ReportedRun]) {
    let names = runs.map(\.name)
    for index in runs.indices where names.count(where: { $0 == names[index] }) > 1 {
      runs[index].name = runs[index].directory
    }
  }

  /// Of its records and its checkpoints; of nothing else in the directory, or the page there would renew itself.
  private static func traces(of directory: String) -> [String: Trace] {
    var traces: [String: Trace] = [:]
    let records: [RunHistory.Source] = [.metrics, .mainLog]
    for name in FileSystem.names(in: directory) ?? []
    where records.contains(where: { $0.rawValue == name }) || RunFileName(name) != nil {
      guard let status = FileSystem.status(of: directory + "/" + name) else { continue }
      traces[name] = Trace(
        bytes: Int(status.st_size), identifier: UInt64(status.st_ino), seconds: status.modifiedSeconds)
    }
    return traces
  }
}
