import Synchronization

/// Memory that the system refuses where no error can say so.
package enum MemoryRefusal {
  /// Whether the process is a command's. Another program's may know what to do with its own end, such as a report of it,
  /// which no exit code is to hide.
  private static let isCommand = Atomic<Bool>(false)

  /// From here on a refusal ends the process with exit code 2, as any error of a command does.
  package static func endsCommand() { isCommand.store(true, ordering: .relaxed) }

  /// Ends the process with a line: a command with exit code 2, another program by a trap, as an allocation of Swift's own
  /// does. What it was writing has no name yet; the next writer of the same removes it.
  ///
  /// - Parameter purpose: What the memory was for.
  package static func end(_ byteCount: Int, for purpose: String) -> Never {
    let program = System.arguments.first.flatMap { $0.split(separator: "/").last } ?? "gpt2"
    var line =
      "\(program): not enough memory: the system refused \(byteCount) bytes for \(purpose); raise the limit (ulimit -v), "
      + "close other programs, or use smaller batches\n"
    _ = line.withUTF8 { Descriptors.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
    guard isCommand.load(ordering: .relaxed) else { preconditionFailure("not enough memory") }
    // Not `exit`: other threads are at work with what it would take down.
    _exit(2)
  }
}
