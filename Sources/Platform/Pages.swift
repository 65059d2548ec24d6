/// Memory from the system itself, in whole pages, which it hands out zeroed at their first touch.
package enum Pages {
  /// - Returns: The first of so many bytes, at least 1; `nil` if the system has not so much.
  package static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    #if os(Linux)
      // Page faults of 4 KiB cost a fifth of a small step's time; a hint, so its failure does not matter.
      madvise(address, byteCount, MADV_HUGEPAGE)
    #endif
    return address
  }

  /// Gives back what `allocate` gave, all of it.
  package static func free(_ start: UnsafeMutableRawPointer, _ byteCount: Int) { munmap(start, byteCount) }

  /// Brings pages of a mapped file into the process's tables, as far as the system can; nothing depends on it.
  package static func populate(_ bytes: UnsafeRawBufferPointer) {
    #if os(Linux)
      // MADV_POPULATE_READ, since Linux 5.14; older headers do not name it.
      if let start = bytes.baseAddress { madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, 22) }
    #endif
  }

  /// Takes pages of a mapped file that is only read out of the process's tables; who reads them again gets them again.
  package static func release(_ bytes: UnsafeRawBufferPointer) {
    #if os(Linux)
      if let start = bytes.baseAddress {
        madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, Int32(MADV_DONTNEED))
      }
    #endif
  }

  /// Puts pages of zeros in the place of those that there are. A signal handler may call it.
  ///
  /// - Parameters:
  ///   - address: In the first of them.
  ///   - end: Behind the last of them.
  /// - Returns: Whether the system did.
  package static func replaceByZeros(from address: UInt, to end: UInt) -> Bool {
    let start = address & ~(UInt(getpagesize()) - 1)
    guard let place = UnsafeMutableRawPointer(bitPattern: start) else { return false }
    let result = mmap(
      place, Int(end - start), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | anonymous, -1, 0)
    return result != MAP_FAILED
  }

  #if os(Linux)
    private static let anonymous = Int32(MAP_ANONYMOUS)
  #else
    private static let anonymous = MAP_ANON
  #endif
}
