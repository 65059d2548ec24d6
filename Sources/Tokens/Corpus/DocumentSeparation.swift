/// What is one document of a text. Each begins with end-of-text.
package enum DocumentSeparation: Sendable, Equatable {
  /// Every section up to a blank line ("\n\n", from left to right), as llm.c's `dev/data/tinyshakespeare.py` has
  /// it: the blank line stays at the end of every section but the last.
  /// With `TextReading.text` its line ends are Python's, too: "\r\n" and "\r" are read as "\n".
  case blankLine
  /// A whole file.
  case file
  /// Every line, without its end: "\n" or "\r\n", and with `TextReading.text` also "\r". Empty lines are none.
  case line
  /// The text in this field of the JSON object that is on every line, as in most published data sets. Lines of
  /// nothing but white space are none.
  case jsonLines(field: String)
}
