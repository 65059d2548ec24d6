import ArgumentParser
import GPT2Communication
import GPT2Kernels
import GPT2Platform
import GPT2Terminal

// What a command has to do around what its processes do together.
extension JobProcesses {
  /// Does something in all processes that mpirun started, or in the only one.
  ///
  /// - Parameter patience: Seconds without an answer after which a process counts as gone.
  /// - Throws: What `body` throws; once one of them was told of a process that is gone, all end.
  static func sharing(patience: Int, _ body: (JobProcesses) throws -> Void) throws {
    let processes = try start(patience: patience)
    do {
      try body(processes)
    } catch let error as CommunicationError {
      // Whoever finds out says so and ends the others, of whom one no longer answers.
      Diagnostics.error("gpt2: process \(processes.communicator.rank): \(error)", fromAnyProcess: true)
      processes.communicator.abort(code: Exit.unusableInput.rawValue)
      throw Exit.unusableInput
    } catch {
      processes.end()
      throw error
    }
    processes.end()
  }

  /// What any command's processes must have in common.
  static func digests(_ kernels: KernelSet) -> [(name: String, value: UInt64)] {
    [
      ("a version", digest(Release.version)), ("kernels", digest("\(kernels)")),
      ("options", digest(System.arguments.dropFirst().joined(separator: "\0"))),
    ]
  }

  private static func digest(_ text: String) -> UInt64 { Checksum.of(text.utf8.map { UInt64($0) }) }
}
