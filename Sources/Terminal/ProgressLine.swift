import GPT2Platform

/// A line on standard error that is drawn over itself on a terminal, and written now and then elsewhere. With --quiet
/// there is none.
package struct ProgressLine {
  private let descriptor: Int32
  private let isTerminal: Bool
  private var isDrawn = false
  private var lastWritten: ContinuousClock.Instant?
  private let interval: Duration

  /// - Parameter interval: How often a line is written where there is no terminal.
  package init(interval: Duration = .seconds(5), on descriptor: Int32 = STDERR_FILENO) {
    self.interval = interval
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
  }

  /// - Parameter isImportant: Whether the line must be seen even where only few are written.
  package mutating func show(_ progress: Progress, isImportant: Bool = false) {
    guard Diagnostics.detail > .quiet else { return }
    if isTerminal {
      // A line that wraps could not be drawn over. The window may have changed since the last one.
      emit("\r\u{1B}[K" + progress.row(columns: columns))
      isDrawn = true
      return
    }
    let now = ContinuousClock.now
    guard isImportant || lastWritten.map({ now - $0 >= interval }) ?? true else { return }
    lastWritten = now
    emit(progress.text + "\n")
  }

  /// Ends the line, so that what follows starts on its own.
  package mutating func end() {
    if isDrawn { emit("\n") }
    isDrawn = false
  }

  /// Removes the line.
  package mutating func clear() {
    if isDrawn { emit("\r\u{1B}[K") }
    isDrawn = false
  }

  private func emit(_ text: String) { Diagnostics.emit(text, to: descriptor) }

  /// How many characters a row of the terminal holds now.
  private var columns: Int {
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return isKnown ? Int(size.ws_col) : 80
  }
}
