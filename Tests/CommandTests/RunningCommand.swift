import Foundation
import Testing

/// A `gpt2 train --json` that runs beside the test, to be disturbed.
struct RunningCommand {
  let process = Process()
  private let output = Pipe()
  private let diagnostics = Pipe()

  /// Starts it, and returns once so many steps have been made.
  init(
    _ arguments: [String], environment: [String: String] = [:], untilSteps steps: Int = 1
  ) throws {
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = arguments + ["--json"]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = diagnostics
    try process.run()
    var events = Data()
    while events.count(of: #""event":"step""#) < steps {
      let more = output.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the run ended before its step \(steps)")
      events += more
    }
  }

  /// Waits for its end. Returns the exit code, and what it said on standard error.
  func finish() throws -> (exitCode: Int32, diagnostics: String) {
    // What follows is read so that the pipe never fills.
    _ = output.fileHandleForReading.readDataToEndOfFile()
    let text = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationReason == .exit, "the command was ended by a signal")
    return (process.terminationStatus, text)
  }
}

extension Data {
  fileprivate func count(of text: String) -> Int {
    String(decoding: self, as: UTF8.self).components(separatedBy: text).count - 1
  }
}
