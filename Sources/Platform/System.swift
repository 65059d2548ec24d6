/// What systems do alike under different names.
package enum System {
  /// What an `errno` means, in the system's words: "No space left on device".
  package static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// Syncs a file to its drive.
  ///
  /// - Returns: Whether it worked; if not, `errno` says why.
  package static func sync(_ descriptor: Int32) -> Bool {
    #if canImport(Darwin)
      // fsync leaves the data in the drive's cache there; not every file system knows the stronger call.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return true }
    #endif
    return fsync(descriptor) == 0
  }

  /// Whether the process ignores a signal, as its parent may have told it to.
  package static func ignores(_ signalNumber: Int32) -> Bool {
    var action = sigaction()
    sigaction(signalNumber, nil, &action)
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #elseif canImport(Musl)
      let handler = action.__sa_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Has the process ignore a hang-up, which ends it otherwise.
  package static func ignoreHangUp() { signal(SIGHUP, SIG_IGN) }

  /// A variable of the process's environment; `nil` if there is none of that name.
  /// A path in it is one as `PathText` has it.
  package static func environment(_ name: String) -> String? { getenv(name).map { PathText.text(of: $0) } }

  /// The words that the process was started with, the program's first: what is no UTF-8 as `PathText` has it.
  package static var arguments: [String] {
    (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0].map { PathText.text(of: $0) } }
  }

  /// When a process began, in a count of the system's own; `nil` if there is no such process, or it is not said.
  package static func start(ofProcess identifier: Int32) -> Int? {
    #if os(Linux)
      let file = FileSystem.open("/proc/\(identifier)/stat", O_RDONLY)
      guard file >= 0 else { return nil }
      defer { close(file) }
      // Its name, in brackets, may have anything in it. Behind it comes the third field; this is the 22nd.
      let text = String(decoding: Descriptors.readAll(from: file) ?? [], as: UTF8.self)
      guard let name = text.lastIndex(of: ")") else { return nil }
      let fields = text[text.index(after: name)...].split(separator: " ")
      return fields.count > 19 ? Int(fields[19]) : nil
    #else
      var query = [CTL_KERN, KERN_PROC, KERN_PROC_PID, identifier]
      var information = kinfo_proc()
      var size = MemoryLayout<kinfo_proc>.stride
      guard sysctl(&query, UInt32(query.count), &information, &size, nil, 0) == 0, size > 0 else {
        return nil
      }
      let start = information.kp_proc.p_un.__p_starttime
      return Int(start.tv_sec) * 1_000_000 + Int(start.tv_usec)
    #endif
  }

  /// The name of this machine; "?" if the system does not say.
  package static var hostName: String {
    var characters = [CChar](repeating: 0, count: 256)
    guard gethostname(&characters, characters.count - 1) == 0 else { return "?" }
    return text(characters)
  }

  /// Where temporary files go, without a slash at its end unless it is the root.
  package static var temporaryDirectory: String {
    guard let named = environment("TMPDIR"), !named.isEmpty else { return "/tmp" }
    return named.utf8.count > 1 && named.utf8.last == UInt8(ascii: "/")
      ? String(Substring(named.utf8.dropLast())) : named
  }

  /// Now, as ISO 8601 has it, in UTC: "2026-01-31T23:59:59Z".
  package static var timestamp: String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var characters = [CChar](repeating: 0, count: 32)
    strftime(&characters, characters.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return text(characters)
  }

  /// Where a file is, from the root on and without links; `nil` if there is none.
  package static func absolutePath(_ path: String) -> String? { FileSystem.absolutePath(path) }

  /// The program that runs, from the root on and without links; `nil` if the system does not say.
  package static var programPath: String? {
    #if os(Linux)
      return absolutePath("/proc/self/exe")
    #else
      var size: UInt32 = 0
      _NSGetExecutablePath(nil, &size)
      var characters = [CChar](repeating: 0, count: Int(size) + 1)
      guard _NSGetExecutablePath(&characters, &size) == 0 else { return nil }
      return absolutePath(PathText.text(of: characters))
    #endif
  }

  /// Puts another program in the place of this one, and returns only if that cannot be; `errno` says why.
  ///
  /// - Parameter arguments: Without the program's name, which is `path`.
  package static func become(_ path: String, _ arguments: [String]) {
    guard let words = ArgumentWords([path] + arguments), let program = words.pointers[0] else {
      errno = EINVAL
      return
    }
    execv(program, words.pointers)
    withExtendedLifetime(words) {}
  }

  /// Lets the process open as many files and connections as it may, instead of as many as usual.
  package static func raiseFileLimit() { ResourceLimit.openFiles.raise() }

  /// How many files the process may have open at a time; `nil` without a limit.
  package static var fileLimit: Int? { ResourceLimit.openFiles.value }

  /// Where relative paths begin; "/" if it was removed.
  package static var workingDirectory: String { FileSystem.workingDirectory }

  /// Bytes that the file system which a path is on has left for this user; `nil` if it does not say.
  package static func freeSpace(at path: String) -> Int? { FileSystem.freeSpace(at: path) }

  /// Bytes that the process had in memory at most.
  package static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    #if os(Linux)
      return Int(usage.ru_maxrss) * 1024
    #else
      return Int(usage.ru_maxrss)
    #endif
  }

  /// As the processor names itself; "unknown" if the system does not say.
  package static var processorName: String {
    #if os(Linux)
      guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 1024)
      while fgets(&line, Int32(line.count), file) != nil {
        let text = text(line)
        guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
        return String(text[text.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\n" })
      }
      return "unknown"
    #else
      var name = [CChar](repeating: 0, count: 256)
      var length = name.count
      guard sysctlbyname("machdep.cpu.brand_string", &name, &length, nil, 0) == 0 else { return "unknown" }
      return text(name)
    #endif
  }

  /// Up to the zero at its end.
  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
