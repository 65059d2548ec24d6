import BinaryFiles

/// A report on disk.
public enum ReportFile {
  /// Writes the page, whole or not at all. A report of ours, which can be made again, is replaced; any other file only
  /// if the user says so.
  ///
  /// - Throws: `FileError` if it may not be written there, or the system refuses a step.
  public static func write(_ report: RunReport, to path: String, overwriting: Bool) throws(FileError) {
    let text = Array(report.html.utf8)
    try FileWriter.write(to: path, replacing: overwriting || isReport(path)) { writer throws(FileError) in
      try writer.append(text)
    }
  }

  /// Whether a file begins as the pages of `RunReport` do.
  static func isReport(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    return file.bytes.starts(with: RunReport.beginning.utf8)
  }
}
