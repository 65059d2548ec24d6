import ArgumentParser
import Foundation
import Training

/// How the program ends: which message, on which stream, with which code.
enum Exit {
  /// A check that was asked for did not hold.
  static let checkFailed = ExitCode(1)
  /// A file or an option cannot be used.
  static let unusableInput = ExitCode(2)
  /// Ctrl-C, where there is nothing to save: what a shell reports for it.
  static let interrupted = ExitCode(128 + SIGINT)
  /// Whoever read standard output has had enough; nothing more need be said.
  static let readerGone = ExitCode(128 + SIGPIPE)

  static func end(with error: Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    // The argument parser knows the code of its own errors; all others are failures to it, and ours.
    if GPT2Command.exitCode(for: error) == .failure {
      Diagnostics.write("gpt2: \(error)")
      exit(error is TrainingError ? checkFailed.rawValue : unusableInput.rawValue)
    }
    // Help, version and completion scripts are asked for and so are data; the rest is a misused option.
    let message = GPT2Command.fullMessage(for: error)
    guard GPT2Command.exitCode(for: error) == .success else {
      Diagnostics.write(message)
      exit(unusableInput.rawValue)
    }
    try? Output.write(message + "\n")
    exit(0)
  }
}
