/// A line of a file of numbers and names that people write by hand: its fields, without empty lines and comments.
struct TextRow {
  /// From 1 on.
  let number: Int
  let line: Substring
  /// At least one.
  let fields: [Substring]

  /// The rows of a text, one after the other; what begins with # is passed over.
  ///
  /// - Parameter separators: What may stand between fields, any number of them.
  static func rows(in text: String, separatedBy separators: String) -> some Sequence<TextRow> {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).lazy.enumerated().compactMap {
      index, line in
      let fields = line.split { separators.contains($0) }
      guard let first = fields.first, !first.hasPrefix("#") else { return nil }
      return TextRow(number: index + 1, line: line, fields: fields)
    }
  }
}
