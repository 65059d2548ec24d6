/// Tables of plain text.
enum Columns {
  /// The text with blanks after it up to a width; as it is if it is wider.
  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
