import GPT2BinaryFiles

/// A loss trajectory: one number a line; blank lines and lines that begin with '#' are comments.
package enum LossFile {
  /// - Parameter count: How many losses there must be.
  /// - Throws: `FileError` for lines that are no numbers and for another number of losses.
  package static func read(_ path: String, count: Int) throws(FileError) -> [Float] {
    let file = try MappedFile(path: path)
    var losses = [Float]()
    let lines = withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let text = line.trimmingWhitespace()
      if text.isEmpty || text.hasPrefix("#") { continue }
      guard let loss = Float(text), loss.isFinite else {
        throw FileError(
          path, .unparsableText(line: index + 1, found: String(line.prefix(40)), expected: "one loss"))
      }
      losses.append(loss)
    }
    guard losses.count == count else {
      throw FileError(
        path,
        .mismatch(
          found: "\(losses.count) losses", expected: "\(count), one for each step",
          advice: "make it again with dev/reference"))
    }
    return losses
  }
}
