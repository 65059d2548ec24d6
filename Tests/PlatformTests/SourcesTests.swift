import Foundation
import TestSupport
import Testing

/// What the sources say of systems: nothing but `Sources/Platform` knows which one it is on, and there what only one has
/// stands under a condition. Other systems' compilers are not at hand, and would find the rest.
@Suite struct SourcesTests {
  private static let root = TestFiles.project("Sources")

  private struct Line {
    let place: String
    let isInPlatform: Bool
    /// Without a comment.
    let code: String
    /// Whether it stands between #if and #endif.
    let isConditional: Bool

    /// The names in it.
    var words: Set<Substring> {
      Set(code.split { !($0.isLetter || $0.isNumber || $0 == "_") })
    }
  }

  private static func lines() throws -> [Line] {
    let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
    #expect(files.count > 300)
    return try files.sorted().flatMap { file in
      var depth = 0
      let text = try String(contentsOfFile: root + "/" + file, encoding: .utf8)
      return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
        let code = line.trimmingCharacters(in: .whitespaces).components(separatedBy: "//")[0]
        if code.hasPrefix("#if ") { depth += 1 }
        defer { if code.hasPrefix("#endif") { depth -= 1 } }
        return Line(
          place: "\(file):\(number + 1)", isInPlatform: file.hasPrefix("Platform/"), code: code,
          isConditional: depth > 0)
      }
    }
  }

  @Test func onlyPlatformKnowsTheSystem() throws {
    let conditions = ["os(", "canImport(Glibc", "canImport(Musl", "canImport(Darwin", "canImport(Android"]
    let libraries: Set<Substring> = ["Glibc", "Musl", "Darwin", "Android", "Bionic"]
    for line in try Self.lines() where !line.isInPlatform {
      if line.code.hasPrefix("#") {
        #expect(!conditions.contains { line.code.contains($0) }, "\(line.place)")
      }
      if line.code.hasPrefix("import ") || line.code.contains(" import ") {
        #expect(line.words.isDisjoint(with: libraries), "\(line.place)")
      }
    }
  }

  /// Names of Linux, of its C libraries, and their fields: Darwin has none of them.
  private static let linuxOnly: Set<Substring> = [
    "MADV_HUGEPAGE", "MADV_POPULATE_READ", "MAP_ANONYMOUS", "MAP_POPULATE", "O_TMPFILE", "O_PATH",
    "accept4", "canonicalize_file_name", "copy_file_range", "dup3", "epoll_create1", "epoll_ctl",
    "epoll_wait",
    "eventfd", "execvpe", "explicit_bzero", "fallocate", "fdatasync", "get_current_dir_name", "get_nprocs",
    "getauxval",
    "getrandom", "gettid", "inotify_init1", "mallopt", "malloc_trim", "memfd_create", "mempcpy", "memrchr",
    "mremap",
    "pipe2", "posix_fadvise", "posix_fallocate", "ppoll", "prctl", "prlimit", "program_invocation_name",
    "pthread_getattr_np", "pthread_setaffinity_np", "qsort_r", "renameat2", "sched_getaffinity",
    "sched_setaffinity",
    "secure_getenv", "sendfile", "signalfd", "splice", "st_mtim", "strchrnul", "syncfs", "syscall", "sysinfo",
    "tgkill",
    "timerfd_create", "__rusage_who_t", "__rlimit_resource_t", "__sigaction_handler",
  ]

  @Test func whatOnlyLinuxHasIsInPlatformUnderACondition() throws {
    var found = 0
    for line in try Self.lines() {
      for name in line.words.intersection(Self.linuxOnly) {
        found += 1
        #expect(line.isInPlatform && line.isConditional, "\(line.place): \(name)")
      }
    }
    // The reading of lines would otherwise prove nothing.
    #expect(found >= 4)
  }

  /// Likewise of Darwin.
  @Test func whatOnlyDarwinHasIsInPlatformUnderACondition() throws {
    let names: Set<Substring> = [
      "F_FULLFSYNC", "F_GETPATH", "RENAME_SWAP", "_NSGetEnviron", "_NSGetExecutablePath", "kinfo_proc",
      "mach_task_self_",
      "renameatx_np", "st_mtimespec", "sysctlbyname",
    ]
    var found = 0
    for line in try Self.lines() {
      for name in line.words.intersection(names) {
        found += 1
        #expect(line.isInPlatform && line.isConditional, "\(line.place): \(name)")
      }
    }
    #expect(found >= names.count - 1)
  }

  /// Atomic and Mutex, of the standard library, are in these systems and later ones.
  @Test func theManifestNamesTheSystems() throws {
    let manifest = try String(contentsOfFile: TestFiles.project("Package.swift"), encoding: .utf8)
    #expect(manifest.contains("platforms: [.macOS(.v15), .iOS(.v18)]"))
  }
}
