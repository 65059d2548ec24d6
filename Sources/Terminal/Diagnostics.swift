import Communication
import Platform
import TextFormatting

/// Standard error: everything that is not the data a command was asked for. What a terminal would obey is spelt out, in
/// files too, since these are looked at in terminals.
public enum Diagnostics {
  /// - Parameter fromAnyProcess: Whether it is said even by one of several processes that does not speak for all.
  public static func write(_ line: String, endingLine: Bool = true, fromAnyProcess: Bool = false) {
    emit(PathText.printable(line.visible) + (endingLine ? "\n" : ""), fromAnyProcess: fromAnyProcess)
  }

  fileprivate static func emit(_ text: String, fromAnyProcess: Bool = false) {
    guard Job.speaks || fromAnyProcess else { return }
    // A reader that went away is no reason to stop what is under way.
    var text = text
    _ = text.withUTF8 { Descriptors.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}

/// The same for those who write to a stream.
public struct DiagnosticStream: TextOutputStream, Sendable {
  public init() {}

  public func write(_ text: String) { Diagnostics.write(text, endingLine: false) }
}

/// A line on standard error that is drawn over itself on a terminal, and written now and then elsewhere.
public struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isDrawn = false
  private var lastWritten: ContinuousClock.Instant?
  private let interval: Duration

  /// - Parameter interval: How often a line is written where there is no terminal.
  public init(interval: Duration = .seconds(5)) { self.interval = interval }

  /// - Parameters:
  ///   - done: From 0 to 1; on a terminal a bar shows it.
  ///   - isImportant: Whether the line must be seen even where only few are written.
  public mutating func show(_ text: String, done: Double? = nil, isImportant: Bool = false) {
    if isTerminal {
      let bar = done.map { Self.bar($0) + " " } ?? ""
      // A line that wraps could not be drawn over.
      Diagnostics.emit(
        "\r\u{1B}[K" + String((bar + PathText.printable(text.visibleOnOneLine)).prefix(Self.columns - 1)))
      isDrawn = true
      return
    }
    let now = ContinuousClock.now
    guard isImportant || lastWritten.map({ now - $0 >= interval }) ?? true else { return }
    lastWritten = now
    Diagnostics.write(text)
  }

  /// Ends the line, so that what follows starts on its own.
  public mutating func end() {
    if isDrawn { Diagnostics.emit("\n") }
    isDrawn = false
  }

  /// Removes the line.
  public mutating func clear() {
    if isDrawn { Diagnostics.emit("\r\u{1B}[K") }
    isDrawn = false
  }

  /// "[=====     ]"
  private static func bar(_ done: Double) -> String {
    let width = 16
    let filled = Int((done * Double(width)).rounded(.down)).clamped(to: 0...width)
    return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "]"
  }

  /// How many characters a line of the terminal holds.
  private static var columns: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return isKnown ? Int(size.ws_col) : 80
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
