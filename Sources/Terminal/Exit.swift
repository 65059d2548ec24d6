import ArgumentParser
import GPT2Communication
import GPT2Kernels
import GPT2Platform

/// How a program ends: which message, on which stream, with which code.
package enum Exit {
  /// A check that was asked for did not hold.
  package static let checkFailed = ExitCode(1)
  /// A file or an option cannot be used.
  package static let unusableInput = ExitCode(2)
  /// A signal asked for the end, and there is nothing to save: what a shell reports for it.
  package static var interrupted: ExitCode { ExitCode(128 + (Interruption.signalNumber ?? SIGINT)) }
  /// Whoever read standard output has had enough; nothing more need be said.
  package static let readerGone = ExitCode(128 + SIGPIPE)

  /// Runs a program's root command, and ends the program.
  ///
  /// - Parameters:
  ///   - check: What is to be known before the command line is looked at; it ends the program where it has to.
  ///   - isFailedCheck: Whether an error that a command threw is the outcome of a check, exit code 1; all others are of
  ///     unusable input, 2.
  package static func running(
    _ program: (some ParsableCommand).Type, after check: () -> Void = {},
    isFailedCheck: (any Error) -> Bool = { _ in false }
  ) -> Never {
    begin()
    check()
    do {
      var command = try parsed(program)
      try command.run()
      try Output.finish()
      exit(0)
    } catch {
      end(with: error, of: program, isFailedCheck)
    }
  }

  /// The same of a command that waits for others.
  package static func running(
    _ program: (some AsyncParsableCommand).Type, isFailedCheck: (any Error) -> Bool = { _ in false }
  ) async -> Never {
    begin()
    do {
      var command = try parsed(program)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      try Output.finish()
      exit(0)
    } catch {
      end(with: error, of: program, isFailedCheck)
    }
  }

  /// What comes before all else in each of the programs.
  private static func begin() {
    guard StandardStreams.openClosed() else {
      Diagnostics.error("/dev/null: \(System.errorText(errno)); standard input, output or error is closed")
      exit(unusableInput.rawValue)
    }
    Interruption.begin()
    MemoryRefusal.endsCommand()
    // A reader that goes away shows as an error where something is written, and a run can still be saved.
    signal(SIGPIPE, SIG_IGN)
    // So does a limit on the size of files.
    signal(SIGXFSZ, SIG_IGN)
  }

  private static func parsed(_ program: (some ParsableCommand).Type) throws -> any ParsableCommand {
    let command = try CommandLineWords.parse(Array(System.arguments.dropFirst()), as: program)
    // A wrong name in the environment is heard of before any work.
    let kernels = try KernelSet.fromEnvironment()
    try checkFileLimit()
    Diagnostics.decision(
      "\(program._commandName) \(Release.version) in \(System.workingDirectory), \(kernels) kernels, "
        + "\(Workers.activeProcessorCount) processors")
    return command
  }

  /// The system's own queues of work take a few files, and end the process where they get none.
  private static func checkFileLimit() throws {
    let fewest = 16
    guard let limit = System.fileLimit, limit < fewest else { return }
    System.raiseFileLimit()
    guard let limit = System.fileLimit, limit < fewest else { return }
    throw FileLimitError(found: limit, expected: fewest)
  }

  /// Ends the program. Of several processes those that do not speak wait a little: the launcher ends all once one has
  /// failed, and that must not be before it was said why.
  package static func leave(_ code: ExitCode) -> Never {
    if code != .success, !Job.speaks { usleep(500_000) }
    exit(code.rawValue)
  }

  private static func end(
    with error: any Error, of program: (some ParsableCommand).Type, _ isFailedCheck: (any Error) -> Bool
  ) -> Never {
    if let code = error as? ExitCode { leave(code) }
    if let error = error as? MisusedWord {
      Diagnostics.error(error.message)
      leave(unusableInput)
    }
    // The argument parser knows the code of its own errors; all others are failures to it, and ours.
    if program.exitCode(for: error) == .failure {
      say(error, program)
      leave(isFailedCheck(error) ? checkFailed : unusableInput)
    }
    // Help, version and completion scripts are asked for and so are data; the rest is a misused option.
    let message = program.fullMessage(for: error)
    guard program.exitCode(for: error) == .success else {
      Diagnostics.error(message)
      leave(unusableInput)
    }
    do {
      try Output.write(message + "\n")
      try Output.finish()
      exit(0)
    } catch {
      if let code = error as? ExitCode { leave(code) }
      say(error, program)
      leave(unusableInput)
    }
  }

  private static func say(_ error: any Error, _ program: (some ParsableCommand).Type) {
    Diagnostics.error("\(program.configuration.commandName ?? program._commandName): \(error)")
  }
}

/// A process that may hardly open a file.
struct FileLimitError: Error, CustomStringConvertible {
  let found: Int
  let expected: Int

  var description: String {
    "found a limit of \(found) open files, expected at least \(expected); raise it, with: ulimit -n 1024"
  }
}
