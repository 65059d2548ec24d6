import GPT2Platform

/// Writes a file so that it is either whole or not there: beside the target, synced, then renamed.
///
/// The file has no name until it is committed; a writer that is dropped before leaves nothing behind. Folders that the
/// target is in are made, and stay only with it.
package final class FileWriter {
  private let path: String
  private let target: OutputTarget
  private let partialPath: String
  private let replacing: Bool
  private let descriptor: Int32
  /// On a file that is finished and closed, and has no name yet.
  private var lock: KeptLock?
  /// The number of bytes appended.
  private var count = 0
  /// Of the bytes as they were appended.
  private var hash = XXHash64()
  private var isFinished = false
  private var isCommitted = false
  /// Whether the file that is replaced has the partial file's name for the moment.
  private var keepsReplaced = false

  /// Calls `body` with a writer and commits what it wrote; if `body` throws, nothing is left behind.
  ///
  /// - Parameters:
  ///   - folder: That `path` is in, if it is held; the file goes there, wherever the folder is by then.
  ///   - replacing: Whether a file at `path` may be replaced, by one of the same owner and mode.
  /// - Returns: The checksum of all that was appended.
  /// - Throws: `FileError` if the target exists and may not be replaced, or if the system refuses a step.
  @discardableResult
  package static func write(
    to path: String, in folder: HeldFolder? = nil, replacing: Bool,
    _ body: (FileWriter) throws(FileError) -> Void
  ) throws(FileError) -> FileChecksum {
    let writer = try FileWriter(to: path, in: folder, replacing: replacing)
    try body(writer)
    try commit([writer])
    return FileChecksum(writer.hash.value)
  }

  /// Says whether an output could be begun here, so that a long run does not find out at its end.
  ///
  /// - Throws: `FileError` if the target exists and may not be replaced, is no regular file, or lies in a
  ///   directory that takes no files, or that is missing and cannot be made.
  package static func check(_ path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    _ = try OutputTarget(path, in: folder, replacing: replacing)
  }

  /// Begins a file that `commit` will call `path`.
  ///
  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - replacing: Whether a file at `path` may be replaced.
  /// - Throws: `FileError` as `check` does, or if the system refuses.
  package init(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    self.path = path
    self.replacing = replacing
    target = try OutputTarget(path, in: folder, replacing: replacing)
    try target.makeDirectory()
    Leftovers.remove(of: target.place)
    do throws(FileError) {
      (partialPath, descriptor) = try Self.createPartialFile(beside: target, for: path)
    } catch {
      UnfinishedFiles.removeFolders(for: target.path)
      throw error
    }
  }

  private var partial: FilePlace { FilePlace(partialPath, in: target.folder) }

  /// A new file beside the target, of a name that no other writer has, in this process or another.
  private static func createPartialFile(
    beside target: OutputTarget, for path: String
  ) throws(FileError) -> (path: String, descriptor: Int32) {
    let directory = Folder.beginning(of: target.path)
    let name = Folder.lastName(of: target.path)
    while true {
      let place = FilePlace(directory + partialName(of: name), in: target.folder)
      // What is replaced may be for its owner's eyes alone.
      let mode: mode_t = target.replaced == nil ? 0o666 : 0o600
      var descriptor: Int32 = -1
      let isMade = UnfinishedFiles.making(place) {
        descriptor = place.open(O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
        return descriptor >= 0
      }
      guard isMade else {
        guard errno == EEXIST else { throw FileError(path, .fromErrno("creating it")) }
        continue
      }
      if Leftovers.lock(descriptor, at: place) {
        if let replaced = target.replaced { FilePermissions(of: replaced).give(to: descriptor) }
        return (place.path, descriptor)
      }
      close(descriptor)
      place.unlink()
      UnfinishedFiles.forget(place.path)
    }
  }

  deinit {
    if !isFinished { close(descriptor) }
    if !isCommitted { partial.unlink() }
    UnfinishedFiles.forget(partialPath)
    // Those that hold something with a name are not among them.
    UnfinishedFiles.removeFolders(for: target.path)
  }

  /// Appends bytes.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    guard Descriptors.write(bytes, to: descriptor) else { throw FileError(path, .fromErrno("writing it")) }
    count += bytes.count
    hash.update(bytes)
  }

  /// Appends an array of little-endian values.
  package func append<T: BitwiseCopyable>(_ values: [T]) throws(FileError) {
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

  package func append(_ header: Header) throws(FileError) {
    try append(header.fields)
  }

  /// Writes `header` over the one that the file begins with: for what is known only at the end.
  ///
  /// - Precondition: A header, if only an empty one, was appended first.
  package func replaceHeader(with header: Header) throws(FileError) {
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
  package func finish() throws(FileError) {
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
  /// If one cannot be named, those named before it are removed again, and what they replaced has its name back; where the
  /// file system cannot exchange two files' names, that is lost.
  ///
  /// - Parameter mark: The path of a file that is there as long as some may have their names and others not, so that a
  ///   reader knows what a kill has left; `nil` if none needs to.
  /// - Throws: `FileError` if the system refuses a step, or if a target that may not be replaced has appeared. If it is
  ///   a directory that cannot be synced, or the mark that cannot be removed, all files have their names.
  package static func commit(_ writers: [FileWriter], markedBy mark: String? = nil) throws(FileError) {
    for writer in writers { try writer.finish() }
    var held: NamingMark?
    if let mark { held = try NamingMark(mark) }
    var isMixed = false
    do throws(FileError) {
      try name(writers, &isMixed)
    } catch {
      if !isMixed { held?.takeBack() }
      throw error
    }
    var synced: Set<String> = []
    var failure: FileError?
    for writer in writers where synced.insert(writer.target.directoryKey).inserted {
      do throws(FileError) { try writer.target.syncDirectory() } catch { failure = failure ?? error }
    }
    try held?.remove()
    if let failure { throw failure }
  }

  /// - Parameter isMixed: Whether some have their names after all, if that fails.
  private static func name(_ writers: [FileWriter], _ isMixed: inout Bool) throws(FileError) {
    let named = { writers.filter(\.isCommitted).map(\.partialPath) }
    try UnfinishedFiles.naming(forgetting: named) { () throws(FileError) in
      for (index, writer) in writers.enumerated() {
        do throws(FileError) {
          try writer.name(keepingReplaced: writers.count > 1)
        } catch {
          let isTakenBack = writers[..<index].map { $0.takeNameBack() }
          isMixed = !isTakenBack.allSatisfy { $0 }
          throw error
        }
      }
      for writer in writers where writer.keepsReplaced { writer.partial.unlink() }
    }
    for writer in writers { UnfinishedFiles.keepFolders(for: writer.target.path) }
  }

  /// - Parameter keepingReplaced: Whether what is replaced may still be wanted.
  private func name(keepingReplaced: Bool) throws(FileError) {
    let isFile = target.place.status(followingLinks: false).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    if keepingReplaced, target.replaced != nil, isFile,
      FileSystem.exchange(partial.name, target.place.name, in: partial.descriptor)
    {
      keepsReplaced = true
    } else if replacing {
      guard partial.rename(to: target.place) else { throw FileError(path, .fromErrno("renaming it")) }
    } else {
      try nameWithoutReplacing()
    }
    isCommitted = true
  }

  /// Undoes `name`, as far as can be.
  ///
  /// - Returns: Whether all is as it was.
  private func takeNameBack() -> Bool {
    if keepsReplaced {
      // If not even that works, the old file stays under the partial one's name.
      isCommitted = !FileSystem.exchange(partial.name, target.place.name, in: partial.descriptor)
      keepsReplaced = isCommitted
      return !isCommitted
    }
    return target.replaced == nil && target.place.unlink()
  }

  private func sync() throws(FileError) {
    guard System.sync(descriptor) else { throw FileError(path, .fromErrno("syncing it")) }
  }

  /// Unlike rename, link refuses a target that appeared meanwhile; file systems without hard links say so in
  /// many ways.
  private func nameWithoutReplacing() throws(FileError) {
    if FileSystem.link(partial.name, as: target.place.name, in: partial.descriptor) {
      guard partial.unlink() else {
        let cause = FileError.Cause.fromErrno("removing its first name")
        target.place.unlink()
        throw FileError(path, cause)
      }
      return
    }
    guard errno != EEXIST else { throw FileError(path, .alreadyExists) }
    _ = try OutputTarget(path, in: target.folder, replacing: false)
    guard partial.rename(to: target.place) else { throw FileError(path, .fromErrno("renaming it")) }
  }
}
