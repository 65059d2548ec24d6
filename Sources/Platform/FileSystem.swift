/// The system's calls that take a path. They return what the system's return, and leave its reason in `errno`.
///
/// Paths are text as `PathText` has it; one with a zero in it is refused with `EINVAL`, where C would take it to end there.
/// Nothing else calls the system with a path, or a byte that is no UTF-8 would lead to another file.
///
/// A relative path begins at the folder whose descriptor is given, else at the working directory.
package enum FileSystem {
  /// Where relative paths begin if nothing else is said.
  package static let here = AT_FDCWD

  /// - Returns: A descriptor, closed in programs that this one starts.
  package static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o666, in folder: Int32 = here
  ) -> Int32 {
    call(path) { openat(folder, $0, flags | O_CLOEXEC, mode) }
  }

  /// - Returns: `nil` if the system refuses.
  package static func status(
    of path: String, followingLinks: Bool = true, in folder: Int32 = here
  ) -> stat? {
    var status = stat()
    let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
    return call(path) { fstatat(folder, $0, &status, flags) } == 0 ? status : nil
  }

  /// Whether there is something, which a link leads to if it is one.
  package static func exists(_ path: String, in folder: Int32 = here) -> Bool {
    allows(F_OK, path, in: folder)
  }

  /// - Parameter kinds: `R_OK`, `W_OK`, `X_OK`, or several of them.
  package static func allows(_ kinds: Int32, _ path: String, in folder: Int32 = here) -> Bool {
    call(path) { faccessat(folder, $0, kinds, 0) } == 0
  }

  /// What is in a folder, in no order; "." and ".." are left out.
  ///
  /// - Returns: `nil` if the system refuses.
  package static func names(in path: String, of folder: Int32 = here) -> [String]? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY, in: folder)
    guard descriptor >= 0 else { return nil }
    guard let stream = fdopendir(descriptor) else {
      keepingReason { close(descriptor) }
      return nil
    }
    defer { keepingReason { closedir(stream) } }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { return errno == 0 ? names : nil }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
          PathText.text(of: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// Whether one may be renamed to the other; what the other was is gone then.
  package static func rename(_ path: String, to other: String, in folder: Int32 = here) -> Bool {
    call(path, other) { renameat(folder, $0, folder, $1) } == 0
  }

  /// Gives each the other's name, at once. Not every system and file system can.
  package static func exchange(_ path: String, _ other: String, in folder: Int32 = here) -> Bool {
    call(path, other) { systemExchange(folder, $0, $1) } == 0
  }

  /// Gives a file a second name, which must be free; a link itself gets it, and not what it leads to.
  package static func link(_ path: String, as other: String, in folder: Int32 = here) -> Bool {
    call(path, other) { linkat(folder, $0, folder, $1, 0) } == 0
  }

  @discardableResult
  package static func unlink(_ path: String, in folder: Int32 = here) -> Bool {
    call(path) { unlinkat(folder, $0, 0) } == 0
  }

  package static func makeFolder(_ path: String, mode: mode_t = 0o777, in folder: Int32 = here) -> Bool {
    call(path) { mkdirat(folder, $0, mode) } == 0
  }

  /// Only an empty one.
  @discardableResult
  package static func removeFolder(_ path: String, in folder: Int32 = here) -> Bool {
    call(path) { unlinkat(folder, $0, AT_REMOVEDIR) } == 0
  }

  /// Where a file is, from the root on and without links; `nil` if there is none.
  package static func absolutePath(_ path: String) -> String? {
    var resolved: UnsafeMutablePointer<CChar>?
    _ = call(path) {
      resolved = realpath($0, nil)
      return 0
    }
    guard let resolved else { return nil }
    defer { free(resolved) }
    return PathText.text(of: resolved)
  }

  /// Where a folder that is open is by now; `nil` if the system does not say.
  package static func path(ofFolder descriptor: Int32) -> String? {
    #if canImport(Darwin)
      var characters = [CChar](repeating: 0, count: Int(MAXPATHLEN))
      return fcntl(descriptor, F_GETPATH, &characters) == 0 ? PathText.text(of: characters) : nil
    #else
      return absolutePath("/proc/self/fd/\(descriptor)")
    #endif
  }

  /// Where relative paths begin; "/" if it was removed.
  package static var workingDirectory: String {
    guard let here = getcwd(nil, 0) else { return "/" }
    defer { free(here) }
    return PathText.text(of: here)
  }

  /// Bytes that the file system which a path is on has left for this user; `nil` if it does not say.
  package static func freeSpace(at path: String) -> Int? {
    var status = statvfs()
    guard call(path, { statvfs($0, &status) }) == 0 else { return nil }
    let (bytes, overflows) = Int(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    return overflows ? .max : bytes
  }

  /// What matches a shell pattern, sorted by name; none if nothing does.
  ///
  /// - Returns: `nil` if the system refuses.
  package static func paths(matching pattern: String) -> [String]? {
    var matches = glob_t()
    defer { keepingReason { globfree(&matches) } }
    switch call(pattern, { glob($0, 0, nil, &matches) }) {
    case 0:
      return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { PathText.text(of: $0) } }
    case GLOB_NOMATCH: return []
    default: return nil
    }
  }

  /// Makes and opens a file that nobody else has.
  ///
  /// - Parameter start: What its path begins with.
  package static func openTemporaryFile(_ start: String) -> (path: String, descriptor: Int32)? {
    guard var template = PathText.characters(of: start + "XXXXXX") else {
      errno = EINVAL
      return nil
    }
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return (PathText.text(of: template), descriptor)
  }

  /// Makes a folder that nobody else has, and can look into.
  ///
  /// - Parameter start: What its path begins with.
  /// - Returns: Its path.
  package static func makeTemporaryFolder(_ start: String) -> String? {
    guard var template = PathText.characters(of: start + "XXXXXX") else {
      errno = EINVAL
      return nil
    }
    return mkdtemp(&template) == nil ? nil : PathText.text(of: template)
  }

  /// Syncs a folder that is open, so that a power cut does not lose the names in it.
  ///
  /// - Returns: Whether it worked, or the file system knows no such thing.
  package static func syncFolder(_ descriptor: Int32) -> Bool {
    System.sync(descriptor) || [EINVAL, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(errno)
  }

  /// The same by its path.
  package static func syncFolder(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else {
      guard errno == EACCES else { return false }
      // A folder that takes files and shows none: all drives are, which says nothing of how it went.
      sync()
      return true
    }
    defer { keepingReason { close(descriptor) } }
    return syncFolder(descriptor)
  }

  // MARK: - Text for C

  private static func call(_ path: String, _ body: ([CChar]) -> Int32) -> Int32 {
    guard let path = PathText.characters(of: path) else {
      errno = EINVAL
      return -1
    }
    let result = body(path)
    keepingReason { withExtendedLifetime(path) {} }
    return result
  }

  private static func call(_ path: String, _ other: String, _ body: ([CChar], [CChar]) -> Int32) -> Int32 {
    guard let other = PathText.characters(of: other) else {
      errno = EINVAL
      return -1
    }
    return call(path) { body($0, other) }
  }

  private static func keepingReason<Result>(_ body: () -> Result) {
    let reason = errno
    _ = body()
    errno = reason
  }
}

#if canImport(Darwin)
  private func systemExchange(_ folder: Int32, _ one: [CChar], _ other: [CChar]) -> Int32 {
    renameatx_np(folder, one, folder, other, UInt32(RENAME_SWAP))
  }
#else
  private func systemExchange(_ folder: Int32, _ one: [CChar], _ other: [CChar]) -> Int32 {
    // Not every C library has it, and Swift sees it in none.
    typealias RenameAt2 =
      @convention(c) (
        Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
      ) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else {
      errno = ENOSYS
      return -1
    }
    let exchange: UInt32 = 2
    return unsafeBitCast(symbol, to: RenameAt2.self)(folder, one, folder, other, exchange)
  }
#endif
