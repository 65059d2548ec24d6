import Platform

/// Writes a file so that it is either whole or not there: beside the target, synced, then renamed.
///
/// The file has no name until it is committed; a writer that is dropped before leaves nothing behind.
public final class FileWriter {
  /// In the name of a file that is being written, between the target's name and random letters.
  public static let partialMark = ".partial-"

  private let path: String
  private let target: OutputTarget
  private let partialPath: String
  private let replacing: Bool
  private let descriptor: Int32
  /// On a file that is finished and closed, and has no name yet.
  private var lock: KeptLock?
  /// The number of bytes appended.
  private var count = 0
  private var isFinished = false
  private var isCommitted = false

  /// Calls `body` with a writer and commits what it wrote; if `body` throws, nothing is left behind.
  ///
  /// - Parameter replacing: Whether a file at `path` may be replaced.
  /// - Throws: `FileError` if the target exists and may not be replaced, or if the system refuses a step.
  public static func write(
    to path: String, replacing: Bool, _ body: (FileWriter) throws(FileError) -> Void
  ) throws(FileError) {
    let writer = try FileWriter(to: path, replacing: replacing)
    try body(writer)
    try commit([writer])
  }

  /// Says whether an output could be begun here, so that a long run does not find out at its end.
  ///
  /// - Throws: `FileError` if the target exists and may not be replaced, is no regular file, or lies in a
  ///   directory that is missing or takes no files.
  public static func check(_ path: String, replacing: Bool) throws(FileError) {
    _ = try OutputTarget(path, replacing: replacing)
  }

  /// Begins a file that `commit` will call `path`.
  ///
  /// - Parameter replacing: Whether a file at `path` may be replaced.
  /// - Throws: `FileError` as `check` does, or if the system refuses.
  public init(to path: String, replacing: Bool) throws(FileError) {
    self.path = path
    self.replacing = replacing
    target = try OutputTarget(path, replacing: replacing)
    Leftovers.remove(of: target)
    (partialPath, descriptor) = try Self.createPartialFile(beside: target, for: path)
  }

  /// A new file beside the target, of a name that no other writer has, in this process or another.
  private static func createPartialFile(
    beside target: OutputTarget, for path: String
  ) throws(FileError) -> (path: String, descriptor: Int32) {
    while true {
      let partialPath = target.path + Self.partialMark + String(UInt32.random(in: 0 ... .max), radix: 36)
      var descriptor: Int32 = -1
      let isMade = UnfinishedFiles.making(partialPath) {
        descriptor = open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        return descriptor >= 0
      }
      guard isMade else {
        guard errno == EEXIST else { throw FileError(path, .fromErrno("creating it")) }
        continue
      }
      if Leftovers.lock(descriptor, at: partialPath) { return (partialPath, descriptor) }
      close(descriptor)
      unlink(partialPath)
      UnfinishedFiles.forget(partialPath)
    }
  }

  deinit {
    if !isFinished { close(descriptor) }
    if !isCommitted { unlink(partialPath) }
    UnfinishedFiles.forget(partialPath)
  }

  /// Appends bytes.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    guard Descriptors.write(bytes, to: descriptor) else { throw FileError(path, .fromErrno("writing it")) }
    count += bytes.count
  }

  /// Appends an array of little-endian values.
  public func append<T: BitwiseCopyable>(_ values: [T]) throws(FileError) {
    // `withUnsafeBytes` rethrows untyped, so the typed error travels as a result.
    let result = values.withUnsafeBytes { bytes -> Result<Void, FileError> in
      do throws(FileError) {
        try append(bytes)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  public func append(_ header: Header) throws(FileError) {
    try append(header.fields)
  }

  /// Writes `header` over the one that the file begins with: for what is known only at the end.
  ///
  /// - Precondition: A header, if only an empty one, was appended first.
  public func replaceHeader(with header: Header) throws(FileError) {
    precondition(count >= Header.byteCount && !isFinished, "\(count) bytes, finished: \(isFinished)")
    var written = 0
    while written < Header.byteCount {
      let result = header.fields.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
        return pwrite(descriptor, rest.baseAddress, rest.count, off_t(written))
      }
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { throw FileError(path, .fromErrno("writing it")) }
      written += result
    }
  }

  /// Syncs and closes the file, which then only wants its name: of many outputs few need be open at once.
  public func finish() throws(FileError) {
    guard !isFinished else { return }
    try sync()
    isFinished = true
    lock = KeptLock(of: descriptor)
    // Some file systems tell only here that they could not take the data.
    guard close(descriptor) == 0 || errno == EINTR else { throw FileError(path, .fromErrno("closing it")) }
  }

  /// Finishes the files, then gives all of them their names, and syncs their directories, so that a power cut
  /// loses neither.
  ///
  /// If one cannot be named, those named before it are removed again; what they replaced cannot be brought back.
  /// - Throws: `FileError` if the system refuses a step, or if a target that may not be replaced has appeared.
  public static func commit(_ writers: [FileWriter]) throws(FileError) {
    for writer in writers { try writer.finish() }
    try UnfinishedFiles.naming { () throws(FileError) in
      for (index, writer) in writers.enumerated() {
        do throws(FileError) {
          try writer.name()
        } catch {
          for named in writers[..<index] where !named.replacing { unlink(named.target.path) }
          throw error
        }
      }
    }
    var synced: Set<String> = []
    for writer in writers where synced.insert(writer.target.directory).inserted {
      writer.target.syncDirectory()
    }
  }

  private func name() throws(FileError) {
    if replacing {
      guard rename(partialPath, target.path) == 0 else { throw FileError(path, .fromErrno("renaming it")) }
    } else {
      try nameWithoutReplacing()
    }
    isCommitted = true
  }

  private func sync() throws(FileError) {
    guard System.sync(descriptor) else { throw FileError(path, .fromErrno("syncing it")) }
  }

  /// Unlike rename, link refuses a target that appeared meanwhile; file systems without hard links say so in
  /// many ways.
  private func nameWithoutReplacing() throws(FileError) {
    if link(partialPath, target.path) == 0 {
      unlink(partialPath)
      return
    }
    guard errno != EEXIST else { throw FileError(path, .alreadyExists) }
    try Self.check(path, replacing: false)
    guard rename(partialPath, target.path) == 0 else { throw FileError(path, .fromErrno("renaming it")) }
  }
}
