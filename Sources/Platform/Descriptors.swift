/// Reading and writing all there is, whatever the system's calls take at once.
package enum Descriptors {
  /// - Returns: Whether all bytes were written; if not, `errno` says why.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Darwin refuses 2 GiB and more in one call.
      let chunk = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      let written = systemWrite(descriptor, chunk)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return false }
      rest = rest.dropFirst(written)
    }
    return true
  }

  /// What is open; `nil` if nothing is.
  package static func status(of descriptor: Int32) -> stat? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? status : nil
  }

  /// As many bytes as there are until the end; `nil` if the system refuses, and `errno` says why.
  ///
  /// - Parameter limit: Once there are more, no more are read, and these are returned.
  package static func readAll(from descriptor: Int32, atMost limit: Int = .max) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let start = bytes.count
      // One beyond the limit, to see that it is passed.
      let room = limit == .max ? .max : limit - start + 1
      bytes.append(contentsOf: repeatElement(0, count: min(max(start, 1 << 16), room)))
      let count = bytes.withUnsafeMutableBytes {
        let free = UnsafeMutableRawBufferPointer(rebasing: $0[start...])
        return read(descriptor, free.baseAddress, free.count)
      }
      bytes.removeLast(bytes.count - start - max(0, count))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
    }
    return bytes
  }
}

extension Descriptors {
  /// Hands on the bytes there are until the end, part by part.
  ///
  /// - Parameter body: Says whether to go on.
  /// - Returns: Whether the system gave all that was asked for; if not, `errno` says why.
  package static func forEachPart(of descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      let goesOn = buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      guard goesOn else { return true }
    }
  }

  /// The two ends of a pipe, which no other program inherits; `nil` if the system refuses, and `errno` says why.
  package static func pipe() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard systemPipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

// The C library's, which inside the type its own functions would hide.

private func systemPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
