import GPT2TextFormatting

/// What a progress line says. On a terminal it is one row: the time left comes first, and what there is no room for goes,
/// the bar before all else.
package struct Progress {
  /// How long words stay where a row is short of room.
  package enum Importance: Int, Comparable {
    case low, middle, high
    /// They go last, cut off at the end of the row.
    case needed

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
  }

  private struct Part {
    let text: String
    let importance: Importance
  }

  /// What the work is on, such as a file's name: of a long one the end is shown.
  private let subject: String?
  /// From 0 to 1.
  private let done: Double?
  private let secondsLeft: Double?
  private var parts: [Part] = []

  /// - Parameters:
  ///   - subject: What the work is on.
  ///   - done: From 0 to 1, if it is known; a bar shows it.
  ///   - secondsLeft: Not finite where nobody knows yet; `nil` where nobody ever will.
  package init(_ subject: String? = nil, done: Double? = nil, secondsLeft: Double? = nil) {
    self.subject = subject.map(Self.safe)
    self.done = done
    self.secondsLeft = secondsLeft
  }

  /// The same with more words behind those that it has.
  package func saying(_ text: String, _ importance: Importance = .needed) -> Progress {
    var progress = self
    progress.parts.append(Part(text: Self.safe(text), importance: importance))
    return progress
  }

  /// All of it but the bar, for a file.
  package var text: String { line(parts, subject: subject, withBar: false) }

  /// The same in a row of a terminal that has so many columns. The last one stays free: where it is taken, some
  /// terminals go on in the next row.
  package func row(columns: Int) -> String {
    let room = max(0, columns - 1)
    var subject = subject
    var kept = parts
    func row(withBar: Bool = false) -> String { line(kept, subject: subject, withBar: withBar) }
    // A name gives way before words do, to a third of the row; then the rest of it does.
    if row(withBar: true).displayWidth > room { subject = subject?.ending(columns: max(8, room / 3)) }
    if row(withBar: true).displayWidth <= room { return row(withBar: true) }
    while row().displayWidth > room, let least = kept.map(\.importance).min(), least < .needed {
      kept.remove(at: kept.lastIndex { $0.importance == least } ?? 0)
    }
    return row().beginning(columns: room)
  }

  private func line(_ parts: [Part], subject: String?, withBar: Bool) -> String {
    let words = parts.map(\.text).joined(separator: " | ")
    let about = [subject, words.isEmpty ? nil : words].compactMap { $0 }.joined(separator: ": ")
    let left = secondsLeft.map { Numbers.duration($0) + " left" }
    if withBar, let done {
      return [left, Self.bar(done), about].compactMap { $0 }.joined(separator: " ")
    }
    return [left, about].compactMap { $0 }.joined(separator: " | ")
  }

  /// "[=====     ]"
  private static func bar(_ done: Double) -> String {
    let width = 16
    let filled = done.isFinite ? min(max(0, Int(done * Double(width))), width) : 0
    return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "]"
  }

  /// Counted as it is shown.
  private static func safe(_ text: String) -> String { Diagnostics.printable(onOneLine: text) }
}
