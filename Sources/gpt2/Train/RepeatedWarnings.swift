import GPT2TextFormatting

/// Warnings that may come at every step: each is said once, and then counted.
struct RepeatedWarnings {
  private var texts: [String] = []
  /// How often each came again.
  private var repetitions: [String: Int] = [:]

  /// Takes up a warning.
  ///
  /// - Returns: Whether it is the first of its text.
  mutating func isNew(_ text: String) -> Bool {
    if let count = repetitions[text] {
      repetitions[text] = count + 1
      return false
    }
    texts.append(text)
    repetitions[text] = 0
    return true
  }

  /// Those that came more than once, and how often: "… (and 164,217 more)".
  var lines: [String] {
    texts.compactMap { text in
      let count = repetitions[text] ?? 0
      return count > 0 ? "\(text) (and \(DecimalText.grouped(count)) more)" : nil
    }
  }
}
