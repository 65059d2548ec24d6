import Foundation
import Testing

/// A command with a terminal for standard output and error.
struct TerminalRun {
  let exitCode: Int32
  /// All that the terminal was given; its "\r\n" as "\n".
  let shown: String

  /// - Parameters:
  ///   - columns: Of the terminal's window; it does not say how many if not given.
  ///   - narrowed: What the window is made to have once a first progress line was drawn.
  init(
    _ arguments: [String], executable: String = Command.path, columns: Int = 0, narrowed: Int? = nil,
    in folder: String? = nil
  ) throws {
    var (terminal, descriptor): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&terminal, &descriptor, nil, nil, &size) == 0)
    let end = FileHandle(fileDescriptor: descriptor)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = end
    process.standardError = end
    try process.run()
    close(descriptor)
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    var narrowed = narrowed
    // An error once nobody has the other end.
    while case let count = read(terminal, &part, part.count), count > 0 {
      bytes += part[..<count]
      if let columns = narrowed, bytes.contains(0x1B) {
        size.ws_col = UInt16(columns)
        try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
        narrowed = nil
      }
    }
    close(terminal)
    process.waitUntilExit()
    exitCode = process.terminationStatus
    shown = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
  }

  /// The progress lines, each of which was drawn over or removed; what ends with a line's end is none.
  var drawnRows: [String] {
    shown.components(separatedBy: "\r\u{1B}[K").dropFirst().filter { !$0.isEmpty && !$0.contains("\n") }
  }
}

/// How wide texts are by the C library, which knows nothing of ours.
struct TerminalColumns {
  private let locale: locale_t
  /// glibc's header hides it from Swift.
  private let wcwidth: @convention(c) (wchar_t) -> Int32

  init() throws {
    locale = try #require(newlocale(LC_CTYPE_MASK, "C.UTF-8", nil))
    let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "wcwidth"))
    wcwidth = unsafeBitCast(symbol, to: (@convention(c) (wchar_t) -> Int32).self)
  }

  func width(of text: String) -> Int {
    let before = uselocale(locale)
    defer { uselocale(before) }
    return text.unicodeScalars.reduce(0) { $0 + max(0, Int(wcwidth(wchar_t($1.value)))) }
  }
}
