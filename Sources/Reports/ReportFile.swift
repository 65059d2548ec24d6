import GPT2BinaryFiles
import GPT2Charts

/// A report on a training run, or on several.
package protocol ReportPage: Sendable {
  /// The page, in UTF-8.
  var html: String { get }
}

extension ReportPage {
  static var generator: String { ReportFile.generator }
}

/// A report on disk.
package enum ReportFile {
  static let generator = "gpt2 report"
  /// What every page begins with, so that a later report knows it may be replaced.
  static let beginning = Page.beginning(generator: generator)

  /// Writes the page, whole or not at all. A report of ours, which can be made again, is replaced; any other file only
  /// if the user says so.
  ///
  /// - Throws: `FileError` if it may not be written there, or the system refuses a step.
  package static func write(
    _ report: some ReportPage, to path: String, overwriting: Bool
  ) throws(FileError) {
    let text = Array(report.html.utf8)
    try FileWriter.write(to: path, replacing: overwriting || isReport(path)) { writer throws(FileError) in
      try writer.append(text)
    }
  }

  /// Whether a file begins as the pages of reports do.
  static func isReport(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    return file.bytes.starts(with: beginning.utf8)
  }
}
