import Foundation

/// Standard error: everything that is not the data a command was asked for.
enum Diagnostics {
  static func write(_ line: String, endingLine: Bool = true) { emit(line + (endingLine ? "\n" : "")) }

  fileprivate static func emit(_ text: String) {
    // A reader that went away is no reason to stop what is under way.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}

/// A line on standard error that is drawn over itself on a terminal, and written now and then elsewhere.
struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isDrawn = false
  private var lastWritten: ContinuousClock.Instant?
  private let interval: Duration

  /// - Parameter interval: How often a line is written where there is no terminal.
  init(interval: Duration = .seconds(5)) { self.interval = interval }

  /// - Parameter isImportant: Whether the line must be seen even where only few are written.
  mutating func show(_ text: String, isImportant: Bool = false) {
    if isTerminal {
      Diagnostics.emit("\r\u{1B}[K" + text)
      isDrawn = true
      return
    }
    let now = ContinuousClock.now
    guard isImportant || lastWritten.map({ now - $0 >= interval }) ?? true else { return }
    lastWritten = now
    Diagnostics.write(text)
  }

  /// Ends the line, so that what follows starts on its own.
  mutating func end() {
    if isDrawn { Diagnostics.emit("\n") }
    isDrawn = false
  }

  /// Removes the line.
  mutating func clear() {
    if isDrawn { Diagnostics.emit("\r\u{1B}[K") }
    isDrawn = false
  }
}
