/// Another program that runs beside this one, found where the shell would find it.
///
/// What it prints goes to files without a name, so that it never waits for a reader.
package final class ChildProcess {
  /// Why a program could not be started, in the system's numbers: `ENOENT` if there is none of that name.
  package struct StartError: Error, Equatable { package let code: Int32 }

  private let identifier: pid_t
  private let output: Int32
  private let diagnostics: Int32
  private var exitCode: Int32?
  private var isLeft = false

  /// The most bytes of input, which a pipe holds by itself.
  package static let greatestInput = 4096

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - input: What it reads from standard input.
  ///   - kept: A descriptor that the child keeps open, too.
  ///   - inOwnGroup: Whether Ctrl-C, which a terminal sends to all of a group of processes, is not for it: then it can be
  ///     left.
  package init(
    _ program: String, _ arguments: [String], input: String = "", keeping kept: Int32? = nil,
    inOwnGroup: Bool = false
  ) throws(StartError) {
    precondition(input.utf8.count <= Self.greatestInput, "\(input.utf8.count) bytes may fill the pipe")
    var opened: [Int32] = []
    do throws(StartError) {
      opened.append(try Self.pipe(holding: input))
      for _ in 1...2 { opened.append(try Self.namelessFile()) }
      identifier = try Self.spawn(
        program, arguments, streams: opened, keeping: kept, inOwnGroup: inOwnGroup)
    } catch {
      for descriptor in opened { close(descriptor) }
      throw error
    }
    close(opened[0])
    (output, diagnostics) = (opened[1], opened[2])
  }

  deinit {
    if exitCode == nil, !isLeft {
      kill(identifier, SIGKILL)
      waitpid(identifier, nil, 0)
    }
    close(output)
    close(diagnostics)
  }

  /// Its exit code once it has ended, or 128 and the number of the signal that ended it; `nil` while it runs.
  package func ended() -> Int32? {
    if let exitCode { return exitCode }
    var status: Int32 = 0
    let result = waitpid(identifier, &status, WNOHANG)
    if result == 0 || result < 0 && errno == EINTR { return nil }
    // The lowest seven bits are the signal, the next byte is the code. Where SIGCHLD is ignored no status is left.
    let signal = status & 0x7F
    exitCode = result < 0 ? 255 : signal == 0 ? status >> 8 & 0xFF : 128 + signal
    return exitCode
  }

  /// Asks it to end.
  package func terminate() { if exitCode == nil { kill(identifier, SIGTERM) } }

  /// Lets it go on by itself, whatever becomes of this process; Ctrl-C ends it only if it is in this process's group.
  package func leave() { isLeft = true }

  /// All that it has printed, once it has ended.
  package var printed: (output: String, diagnostics: String) { (Self.text(output), Self.text(diagnostics)) }

  private static func text(_ descriptor: Int32) -> String {
    // The child wrote by a copy of the descriptor, which shares its place in the file.
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { return "" }
    return String(decoding: Descriptors.readAll(from: descriptor) ?? [], as: UTF8.self)
  }

  private static func namelessFile() throws(StartError) -> Int32 {
    guard let file = FileSystem.openTemporaryFile("\(System.temporaryDirectory)/gpt2-") else {
      throw StartError(code: errno)
    }
    FileSystem.unlink(file.path)
    return file.descriptor
  }

  /// - Returns: The end to read from.
  private static func pipe(holding text: String) throws(StartError) -> Int32 {
    guard let ends = Descriptors.pipe() else { throw StartError(code: errno) }
    defer { close(ends.writing) }
    var text = text
    guard text.withUTF8({ Descriptors.write(UnsafeRawBufferPointer($0), to: ends.writing) }) else {
      defer { close(ends.reading) }
      throw StartError(code: errno)
    }
    return ends.reading
  }

  /// - Parameter streams: What become the child's descriptors 0, 1 and 2.
  private static func spawn(
    _ program: String, _ arguments: [String], streams: [Int32], keeping kept: Int32?, inOwnGroup: Bool
  ) throws(StartError) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // To itself: then it is no longer closed where the program begins.
    if let kept { posix_spawn_file_actions_adddup2(&actions, kept, kept) }
    for (number, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream, Int32(number))
    }
    // A thread may block signals that others take, and the child would inherit that: nothing could end it.
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // To 0 means to its own.
    posix_spawnattr_setpgroup(&attributes, 0)
    let group = inOwnGroup ? POSIX_SPAWN_SETPGROUP : 0
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | group))
    guard let words = ArgumentWords([program] + arguments), let name = words.pointers[0] else {
      throw StartError(code: EINVAL)
    }
    var identifier: pid_t = 0
    let code = posix_spawnp(&identifier, name, &actions, &attributes, words.pointers, environment)
    withExtendedLifetime(words) {}
    guard code == 0 else { throw StartError(code: code) }
    return identifier
  }
}

/// A program's arguments as C wants them: what `PathText` has is bytes again.
final class ArgumentWords {
  /// With `nil` behind them.
  let pointers: [UnsafeMutablePointer<CChar>?]

  /// - Returns: `nil` if there is a zero in one, where C would take it to end.
  init?(_ words: [String]) {
    let characters = words.compactMap(PathText.characters)
    guard characters.count == words.count else { return nil }
    pointers = characters.map { strdup($0) } + [nil]
  }

  deinit { for pointer in pointers { free(pointer) } }
}

/// The process's variables, which the child gets.
private var environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
  #if canImport(Darwin)
    _NSGetEnviron().pointee
  #else
    environ
  #endif
}
