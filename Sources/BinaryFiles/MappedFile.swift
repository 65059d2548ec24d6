#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file's bytes, mapped into memory and unmapped when the last reference goes.
///
/// The mapping is private and copy-on-write: a checkpoint can be used in place and even trained on, and the
/// file on disk never changes.
public final class MappedFile: @unchecked Sendable {
  // `@unchecked`: the pointer never changes and the class itself only reads through it.
  public let path: String
  public let bytes: UnsafeMutableRawBufferPointer

  public var count: Int { bytes.count }

  /// - Throws: `FileError` if the file is missing, a directory, unreadable, or cannot be mapped.
  public init(path: String) throws(FileError) {
    // Non-blocking, or opening a pipe would wait for its writer; regular files do not mind.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
    guard size > 0 else {
      bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw FileError(path, .fromErrno("mapping it")) }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(start, bytes.count) }
  }

  /// Reads a little-endian value at any alignment. The caller has checked that it lies inside the file.
  public func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: offset, as: T.self))
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
