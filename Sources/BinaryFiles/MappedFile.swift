import GPT2Platform

/// A file's bytes, mapped into memory and unmapped when the last reference goes.
///
/// Whatever is done to the memory, the file on disk never changes.
package final class MappedFile: @unchecked Sendable {
  // `@unchecked`: the pointers never change, nothing is written through `bytes`, and `writableBytes` is handed
  // to one owner, who answers for its use.
  package let path: String
  /// Valid as long as this object is held.
  package let bytes: UnsafeRawBufferPointer
  /// The file that was mapped, which may have another name by now.
  private let identity: FileIdentity
  /// `nil` for an empty file, and beyond so many.
  private let region: MappedRegions.Region?
  /// The same memory, if it was mapped copy-on-write: what is changed becomes the process's own.
  package let writableBytes: UnsafeMutableRawBufferPointer?

  package var count: Int { bytes.count }

  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - isWritable: Whether the memory may be written to.
  /// - Throws: `FileError` if the file is missing, a directory, unreadable, or cannot be mapped.
  package init(path: String, in folder: HeldFolder? = nil, isWritable: Bool = false) throws(FileError) {
    // The system would take the name for ended there, and open another file.
    guard !path.utf8.contains(0) else {
      throw FileError(
        path,
        .mismatch(found: "a zero byte in its name", expected: "none", advice: "check what names the file"))
    }
    // Non-blocking, or opening a pipe would wait for its writer; regular files do not mind.
    let descriptor = FilePlace(path, in: folder).open(O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path, .fromErrno("opening it")) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path, .fromErrno("reading its size")) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError(path, .isDirectory)
    default:
      throw FileError(
        path,
        .mismatch(
          found: "a device or pipe", expected: "a regular file", advice: "copy it to a file first"))
    }

    let size = Int(status.st_size)
    self.path = path
    identity = FileIdentity(path: path, status)
    guard size > 0 else {
      region = nil
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      writableBytes = nil
      return
    }
    let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
    // Pages that are only read need no memory set aside for copies of them.
    let address = mmap(nil, size, protection, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw FileError(path, .fromErrno("mapping it")) }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
    region = MappedRegions.add(bytes, of: identity)
    writableBytes = isWritable ? UnsafeMutableRawBufferPointer(start: address, count: size) : nil
  }

  deinit {
    if let region { MappedRegions.remove(region) }
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// Says whether the file is still as long as it was, wherever what was read of it is to be used.
  ///
  /// What it was cut by reads as zeros: a program goes on until it asks.
  ///
  /// - Throws: `FileError` if not.
  package func check() throws(FileError) {
    guard !(region.map(MappedRegions.isCut) ?? false), !identity.isShorter else { throw identity.cutError }
  }

  /// The same of all files that are mapped, and of those that were once and were found to be cut then.
  ///
  /// - Throws: `FileError` for one that is not.
  package static func checkAll() throws(FileError) { try MappedRegions.checkAll() }

  /// The same in no time, of what was found so far when it was read.
  package static func checkRead() throws(FileError) { try MappedRegions.checkRead() }

  /// Brings all pages into the process's tables, as far as the system can; nothing depends on it.
  package func populate() { Pages.populate(bytes) }

  /// The same a piece at a time, after each of which `body` is told of its bytes.
  ///
  /// - Throws: What `body` throws; the rest is then read when it is needed.
  package func populate<Failure: Error>(_ body: (_ bytes: Int) throws(Failure) -> Void) throws(Failure) {
    let piece = 1 << 26
    for start in stride(from: 0, to: bytes.count, by: piece) {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + piece)])
      Pages.populate(part)
      try body(part.count)
    }
  }

  /// Gives back the memory of pages that were read, until they are read again. Of a file that may be written to, none:
  /// what was changed would be lost.
  package func release() {
    if writableBytes == nil { Pages.release(bytes) }
  }

  /// Reads a little-endian value at any alignment. The caller has checked that it lies inside the file.
  package func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}

extension FileError.Cause {
  /// The cause behind the current `errno`.
  package static func fromErrno(_ operation: String) -> Self {
    switch errno {
    case ENOENT: .notFound
    case EISDIR: .isDirectory
    case ENOTDIR: .notDirectory
    case EACCES, EPERM: .permissionDenied
    case EEXIST: .alreadyExists
    case let code: .system(operation: operation, code: code)
    }
  }
}

extension FileError.Cause {
  /// The same of a file that we make, and that is opened without following a link.
  package static func ofMade(_ operation: String) -> Self {
    guard errno == ELOOP else { return fromErrno(operation) }
    return .mismatch(found: "a symbolic link", expected: "a file, or none", advice: "remove the link")
  }
}

extension MappedFile {
  /// The file, or `nil` if there is none of that name.
  ///
  /// - Throws: `FileError` if there is one that cannot be mapped.
  package static func ifPresent(_ path: String) throws(FileError) -> MappedFile? {
    do throws(FileError) {
      return try MappedFile(path: path)
    } catch {
      guard error.cause == .notFound else { throw error }
      return nil
    }
  }
}
