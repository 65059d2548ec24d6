import GPT2BinaryFiles

/// Points in a text file: one a line, its coordinates separated by commas, semicolons or blanks. Empty lines and those
/// that begin with # are passed over.
package enum PointFile {
  /// More would be no lesson.
  static let mostDimensions = 64
  /// The squares of greater numbers, and sums of these, would not be finite.
  static let largest = 1e100

  /// - Throws: `FileError` if the file cannot be read, has no points, or a line that is no point like the first.
  package static func read(_ path: String) throws(FileError) -> Points {
    let file = try MappedFile(path: path)
    guard let text = try file.text() else {
      throw FileError(
        path, .mismatch(found: "bytes that are no UTF-8", expected: "text", advice: "name a file of numbers"))
    }
    var values: [Double] = []
    var dimensions: Int?
    for row in TextRow.rows(in: text, separatedBy: ",; \t") {
      let numbers = row.fields.compactMap { Double($0) }.filter { abs($0) <= largest }
      guard numbers.count == row.fields.count, numbers.count <= mostDimensions else {
        throw unparsable(path, row, expected: "at most \(mostDimensions) numbers up to \(largest)")
      }
      guard numbers.count == dimensions ?? numbers.count else {
        throw unparsable(path, row, expected: "\(dimensions ?? 0) numbers as in the first point")
      }
      dimensions = numbers.count
      values += numbers
    }
    guard let dimensions else {
      throw FileError(
        path, .mismatch(found: "no points", expected: "one a line", advice: "name a file of numbers"))
    }
    return Points(dimensions: dimensions, values: values)
  }

  private static func unparsable(_ path: String, _ row: TextRow, expected: String) -> FileError {
    FileError(path, .unparsableText(line: row.number, found: String(row.line), expected: expected))
  }
}
