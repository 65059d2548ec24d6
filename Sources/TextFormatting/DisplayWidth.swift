/// Texts as wide as a terminal shows them: names of files can have characters that take two columns, or none.
extension String {
  /// Columns of a terminal that the text takes at most, by Unicode's annex 11; of joined emoji the sum, as terminals
  /// without such glyphs show them.
  package var displayWidth: Int { unicodeScalars.reduce(0) { $0 + $1.displayWidth } }

  /// The beginning of the text, in so many columns; "…" stands for what is left out.
  package func beginning(columns: Int) -> String {
    guard displayWidth > columns else { return self }
    return String(Self.fitting(self, columns - 1)) + (columns > 0 ? "…" : "")
  }

  /// The end of the text, in so many columns, as for a path; "…" stands for what is left out.
  package func ending(columns: Int) -> String {
    guard displayWidth > columns else { return self }
    return (columns > 0 ? "…" : "") + String(Self.fitting(reversed(), columns - 1).reversed())
  }

  /// The first characters that fit.
  private static func fitting(_ characters: some Sequence<Character>, _ columns: Int) -> [Character] {
    var rest = columns
    return Array(
      characters.prefix { character in
        rest -= String(character).displayWidth
        return rest >= 0
      })
  }
}

extension Unicode.Scalar {
  fileprivate var displayWidth: Int {
    // Nearly all text.
    if (0x20...0x7E).contains(value) { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    // The soft hyphen is shown.
    case .format: return value == 0xAD ? 1 : 0
    default: break
    }
    return isWide ? 2 : 1
  }

  /// East Asian wide and fullwidth characters, and emoji. Of flags each letter takes one column.
  private var isWide: Bool {
    if (0x1F1E6...0x1F1FF).contains(value) { return false }
    return properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4C6,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAD9, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}
