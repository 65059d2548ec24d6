/// Standard input, output and error: the descriptors 0, 1 and 2.
package enum StandardStreams {
  /// Opens those that were closed when the program began. Else the next file that is opened would get such a number,
  /// and what is meant for the terminal would be written into it.
  ///
  /// Each is opened for what it is not used for, as gnulib's `stdopen` does it: a read or write stays the error that it is
  /// for a closed one (`EBADF`), and data that were asked for are not lost without a word.
  ///
  /// - Returns: Whether all three are open now; if not, `errno` says why.
  package static func openClosed() -> Bool {
    for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
      guard fcntl(number, F_GETFD) < 0 else { continue }
      // It gets the lowest free number: those below are open.
      guard open("/dev/null", mode) == number else { return false }
    }
    return true
  }
}
