/// Memory that the system refuses where no error can say so.
package enum MemoryRefusal {
  /// Ends the process as any error of a command does: with a line, and exit code 2. What it was writing has no name yet; the
  /// next writer of the same removes it.
  ///
  /// - Parameter purpose: What the memory was for.
  package static func end(_ byteCount: Int, for purpose: String) -> Never {
    let program = System.arguments.first.flatMap { $0.split(separator: "/").last } ?? "gpt2"
    var line =
      "\(program): not enough memory: the system refused \(byteCount) bytes for \(purpose); raise the limit (ulimit -v), "
      + "close other programs, or use smaller batches\n"
    _ = line.withUTF8 { Descriptors.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
    // Not `exit`: other threads are at work with what it would take down.
    _exit(2)
  }
}
