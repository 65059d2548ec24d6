import GPT2BinaryFiles
import GPT2Platform

/// Brings one file into a folder: to `NAME.partial` first, which a later transfer goes on from, and to its name once it
/// is whole, checked and on the drive.
struct FileTransfer {
  private let file: RemoteFile
  private let address: String
  private let path: String
  private let isHub: Bool
  private let curl: Curl
  private let options: FetchOptions

  private var partialPath: String { path + ".partial" }

  init(
    _ file: RemoteFile, of model: CatalogueModel, from home: ModelHome, into folder: String,
    holding lock: FetchLock, _ options: FetchOptions
  ) {
    self.file = file
    address = home.address(of: file, of: model)
    path = folder + "/" + file.name
    isHub = home.isHub
    curl = Curl(program: options.curl, token: home.token, lock: lock.descriptor)
    self.options = options
  }

  /// - Returns: The file, which may have been there from an earlier time and is checked again.
  /// - Throws: `FetchError` if it cannot be had or is not what it should be; `FileError` if it cannot be written.
  func run() throws -> FetchedFile {
    var size = file.exactSize
    var checksum = file.checksum
    if size == nil || checksum == nil {
      let statement = try statement()
      size = size ?? statement.size
      checksum = checksum ?? statement.checksum
    }
    guard checksum != nil || options.allowsUnverified else { throw FetchError(address, .noChecksum) }
    if FileSystem.exists(path), let kept = try kept(size, checksum) { return kept }
    if size == nil || FileSize.ofAny(partialPath) != size { try transfer(size) }
    do {
      let fetched = try checked(partialPath, size, checksum)
      try name()
      options.report?(.finished(fetched))
      return fetched
    } catch let error as FetchError where error.isFailedCheck {
      // It would stand in the way for ever.
      FileSystem.unlink(partialPath)
      throw error
    }
  }

  /// What is there from an earlier time; `nil` if it is no longer what it should be, and then it is gone.
  private func kept(_ size: Int?, _ checksum: Checksum?) throws -> FetchedFile? {
    do {
      let fetched = try checked(path, size, checksum)
      options.report?(.finished(fetched))
      return fetched
    } catch let error as FetchError where error.isFailedCheck {
      FileSystem.unlink(path)
      return nil
    }
  }

  /// What the server says of the file: nothing, if it does not answer; the transfer will say why.
  private func statement() throws(FetchError) -> ServerStatement {
    let outcome = try curl.run(["--head", "--max-time", "60"], from: address) { !options.isCancelled() }
    return ServerStatement(heads: outcome.output, tagsAreChecksums: isHub)
  }

  // MARK: - The transfer

  private func transfer(_ size: Int?) throws(FetchError) {
    if let size, FileSize.ofAny(partialPath) > size { FileSystem.unlink(partialPath) }
    var failures = 0
    var startedOver = false
    var hasCome = false
    while true {
      let before = FileSize.ofAny(partialPath)
      options.report?(.began(file: file.name, at: before))
      let outcome = try curl.run(["--fail", "--continue-at", "-", "--output", partialPath], from: address) {
        options.report?(.received(file: file.name, bytes: FileSize.ofAny(partialPath), total: size))
        return !options.isCancelled()
      }
      if outcome.exitCode == 0 { return }
      if outcome.cannotGoOn, before > 0, !startedOver {
        startedOver = true
        options.report?(.startedOver(file: file.name))
        FileSystem.unlink(partialPath)
        continue
      }
      let more = FileSize.ofAny(partialPath) > before
      hasCome = hasCome || more
      failures = more ? 1 : failures + 1
      guard outcome.mayPass(after: hasCome), failures <= options.retries else { throw error(of: outcome) }
      options.report?(.retrying(file: file.name, words: outcome.words))
      try wait(failures)
    }
  }

  private func wait(_ failures: Int) throws(FetchError) {
    let seconds = options.retryDelay * Double(1 << (failures - 1))
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      guard !options.isCancelled() else { throw FetchError(address, .interrupted) }
      usleep(20_000)
    }
  }

  private func error(of outcome: Curl.Outcome) -> FetchError {
    if outcome.isRefusal { return FetchError(address, .refused(answer: outcome.answer)) }
    return FetchError(address, .transfer(code: outcome.exitCode, words: outcome.words))
  }

  // MARK: - What came

  /// - Throws: `FetchError` if it has another size or checksum, or was interrupted.
  private func checked(_ path: String, _ size: Int?, _ expected: Checksum?) throws -> FetchedFile {
    let bytes = try FileSize.of(path)
    if let size, bytes != size { throw FetchError(address, .wrongSize(found: bytes, expected: size)) }
    guard let expected else {
      return FetchedFile(name: file.name, bytes: bytes, checksum: nil, assurance: .unverified)
    }
    let found = try expected.found(in: path) { done in
      options.report?(.checking(file: file.name, bytes: done, total: bytes))
      return !options.isCancelled()
    }
    guard let found else { throw FetchError(address, .interrupted) }
    guard found == expected else {
      throw FetchError(address, .wrongChecksum(found: found, expected: expected))
    }
    return FetchedFile(
      name: file.name, bytes: bytes, checksum: found, assurance: file.checksum == nil ? .stated : .known)
  }

  /// Syncs what came and gives it its name.
  private func name() throws(FileError) {
    let descriptor = FileSystem.open(partialPath, O_RDWR | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(partialPath, .fromErrno("opening it")) }
    defer { close(descriptor) }
    guard System.sync(descriptor) else { throw FileError(partialPath, .fromErrno("syncing it")) }
    guard FileSystem.rename(partialPath, to: path) else { throw FileError(path, .fromErrno("renaming it")) }
  }
}

// curl's exit codes, as its manual has them.
extension Curl.Outcome {
  /// HTTP's answer was none that brings a file.
  fileprivate var isRefusal: Bool { exitCode == 22 }

  /// The server gives no ranges, or none from there on; of a file, there is none from there on.
  fileprivate var cannotGoOn: Bool { exitCode == 33 || exitCode == 36 || isRefusal && answer == 416 }

  /// It may work a little later: connections cut off or silent, a server that is busy; and where there was a network a
  /// moment ago, names not resolved and connections refused. Without one it must fail soon.
  ///
  /// - Parameter hasCome: Whether something came by this transfer.
  fileprivate func mayPass(after hasCome: Bool) -> Bool {
    if isRefusal { return [408, 429, 500, 502, 503, 504].contains(answer) }
    return [16, 18, 28, 35, 52, 55, 56, 92, 95, 96].contains(exitCode)
      || hasCome && [5, 6, 7].contains(exitCode)
  }
}
