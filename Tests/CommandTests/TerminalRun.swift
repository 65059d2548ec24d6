import Foundation
import Testing

/// A command with a terminal for standard output and error.
struct TerminalRun {
  let exitCode: Int32
  /// All that the terminal was given; its "\r\n" as "\n".
  let shown: String

  init(_ arguments: [String], executable: String = Command.path) throws {
    var (terminal, descriptor): (Int32, Int32) = (-1, -1)
    try #require(openpty(&terminal, &descriptor, nil, nil, nil) == 0)
    let end = FileHandle(fileDescriptor: descriptor)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = end
    process.standardError = end
    try process.run()
    close(descriptor)
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    // An error once nobody has the other end.
    while case let count = read(terminal, &part, part.count), count > 0 { bytes += part[..<count] }
    close(terminal)
    process.waitUntilExit()
    exitCode = process.terminationStatus
    shown = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
  }
}
