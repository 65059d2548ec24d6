/// What becomes of a text's bytes before they are encoded.
package enum TextReading: Sendable, Equatable {
  /// As Python's text mode reads it: "\r\n" and "\r" become "\n". UTF-16 with a byte-order mark becomes UTF-8, and
  /// UTF-8 loses its mark. What is no text is refused; a few bytes that are no UTF-8 stay as they are.
  ///
  /// In lines of JSON a line end inside a text is an escape, and stays what it says.
  case text
  /// Every byte as it is.
  case raw
}

/// What was changed in reading texts.
package struct TextConversions: Sendable, Equatable {
  /// The line ends "\r\n" and "\r" that were read as "\n".
  package internal(set) var lineEnds = 0
  /// The texts that were in UTF-16.
  package internal(set) var fromUTF16 = 0
  /// The texts in UTF-8 that began with a byte-order mark.
  package internal(set) var marks = 0

  mutating func add(_ other: TextConversions) {
    lineEnds += other.lineEnds
    fromUTF16 += other.fromUTF16
    marks += other.marks
  }
}
