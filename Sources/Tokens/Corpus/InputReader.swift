import GPT2BinaryFiles
import GPT2Platform

/// Reads an input from its beginning to its end, a part at a time, so that its size does not matter.
final class InputReader {
  private let input: TextInput
  private let descriptor: Int32
  /// Whether reading never waits for somebody to write.
  private let isRegularFile: Bool

  /// - Throws: `FileError` if the input cannot be opened or is a directory.
  init(_ input: TextInput) throws(FileError) {
    self.input = input
    switch input {
    case .standardInput: descriptor = STDIN_FILENO
    case .file(let path):
      // Opening a pipe would wait for its writer, and heed no signal: here reading waits for both.
      descriptor = FileSystem.open(path, O_RDONLY | O_NONBLOCK)
      guard descriptor >= 0 else { throw FileError(path, .fromErrno("opening it")) }
    }
    var status = stat()
    // Reading says what is wrong with an input that has no status.
    isRegularFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  deinit {
    if input != .standardInput { close(descriptor) }
  }

  /// The number of bytes of a regular file; `nil` for a pipe, or if the file cannot be looked at.
  static func size(of input: TextInput) -> Int? {
    let status =
      switch input {
      case .standardInput: Descriptors.status(of: STDIN_FILENO)
      case .file(let path): FileSystem.status(of: path)
      }
    guard let status, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The size of all inputs together, or `nil` if one is not known.
  static func size(of inputs: [TextInput]) -> Int? {
    inputs.reduce(0 as Int?) { sum, input in sum.flatMap { sum in size(of: input).map { sum + $0 } } }
  }

  /// Reads up to `buffer.count` bytes, at least 1 unless the input ends.
  ///
  /// - Returns: The number of bytes; 0 at the end, `nil` if interrupted while waiting for some.
  /// - Throws: `FileError` if the system refuses.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, isInterrupted: () -> Bool
  ) throws(FileError) -> Int? {
    while true {
      if !isRegularFile {
        // A read that waits would not notice a signal, which may have gone to another thread.
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&request, 1, 100)
        if isInterrupted() { return nil }
        if ready == 0 || ready < 0 && errno == EINTR { continue }
      }
      let count = posixRead(descriptor, buffer)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count >= 0 else { throw FileError(input.name, .fromErrno("reading it")) }
      return count
    }
  }
}

private func posixRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30))
}
