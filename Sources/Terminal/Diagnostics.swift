import GPT2Communication
import GPT2Platform
import GPT2TextFormatting

/// Standard error: everything that is not the data a command was asked for. What a terminal would obey is spelt out, in
/// files too, since these are looked at in terminals.
package enum Diagnostics {
  /// What this process was asked to say.
  package static let detail = Detail(ofArguments: System.arguments)

  /// Says what is worth knowing, unless --quiet was given.
  ///
  /// - Parameter fromAnyProcess: Whether it is said even by one of several processes that does not speak for all.
  package static func write(_ line: String, endingLine: Bool = true, fromAnyProcess: Bool = false) {
    guard detail > .quiet else { return }
    writeAlways(line, endingLine: endingLine, fromAnyProcess: fromAnyProcess)
  }

  /// Says what went wrong, with --quiet too.
  package static func error(_ line: String, fromAnyProcess: Bool = false) {
    writeAlways(line, fromAnyProcess: fromAnyProcess)
  }

  /// Says what was decided, with --verbose.
  package static func decision(_ line: @autoclosure () -> String) {
    guard detail == .verbose else { return }
    writeAlways("decided: " + line())
  }

  fileprivate static func writeAlways(_ line: String, endingLine: Bool = true, fromAnyProcess: Bool = false) {
    emit(PathText.printable(line.visible) + (endingLine ? "\n" : ""), fromAnyProcess: fromAnyProcess)
  }

  static func emit(_ text: String, to descriptor: Int32 = STDERR_FILENO, fromAnyProcess: Bool = false) {
    guard Job.speaks || fromAnyProcess else { return }
    // A reader that went away is no reason to stop what is under way.
    var text = text
    _ = text.withUTF8 { Descriptors.write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// As a terminal may show it, in one row.
  static func printable(onOneLine text: String) -> String { PathText.printable(text.visibleOnOneLine) }
}

/// The same for those who write to a stream, a server's log, which has levels of its own.
package struct DiagnosticStream: TextOutputStream, Sendable {
  package init() {}

  package func write(_ text: String) { Diagnostics.writeAlways(text, endingLine: false) }
}
