import Foundation
import GPT2Platform
import TestSupport
import Testing

@Suite struct FileSystemTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Two names that text alone would take for one; some file systems take no such names.
  @Test func namesThatAreNoUTF8AreKeptApart() throws {
    let names = [[0xE9], [0xEA], [0xEF, 0xBF, 0xBD]].map { PathText.text(of: $0) }
    for (index, name) in names.enumerated() {
      let descriptor = FileSystem.open(directory.file(name), O_WRONLY | O_CREAT | O_EXCL)
      guard descriptor >= 0 else { return }
      var byte = UInt8(index)
      #expect(write(descriptor, &byte, 1) == 1)
      close(descriptor)
    }
    let listed = try #require(FileSystem.names(in: directory.path))
    #expect(Set(listed) == Set(names))
    for (index, name) in names.enumerated() {
      let path = directory.file(name)
      let absolute = try #require(FileSystem.absolutePath(path))
      #expect(absolute.hasSuffix(name))
      let descriptor = FileSystem.open(absolute, O_RDONLY)
      #expect(Descriptors.readAll(from: descriptor) == [UInt8(index)])
      close(descriptor)
    }
    #expect(FileSystem.paths(matching: directory.file("*"))?.count == 3)
    #expect(FileSystem.rename(directory.file(names[0]), to: directory.file(names[1])))
    #expect(FileSystem.names(in: directory.path)?.count == 2)
    for name in names { FileSystem.unlink(directory.file(name)) }
    #expect(FileSystem.names(in: directory.path) == [])
  }

  @Test func twoFoldersChangePlaces() throws {
    for name in ["a", "b"] {
      #expect(FileSystem.makeFolder(directory.file(name)))
      _ = try directory.write([1], to: "\(name)/\(name)")
    }
    guard FileSystem.exchange(directory.file("a"), directory.file("b")) else {
      #expect([EINVAL, ENOSYS, ENOTSUP].contains(errno))
      return
    }
    #expect(FileSystem.names(in: directory.file("a")) == ["b"])
    #expect(FileSystem.names(in: directory.file("b")) == ["a"])
  }

  @Test func aProcessHasItsOwnBeginning() throws {
    let own = try #require(System.start(ofProcess: getpid()))
    #expect(System.start(ofProcess: getpid()) == own)
    let child = try ChildProcess("sleep", ["10"])
    #if os(Linux)
      #expect(try #require(System.start(ofProcess: 1)) <= own)
    #endif
    child.terminate()
    #expect(System.start(ofProcess: .max) == nil)
  }

  /// A call with a path anywhere else would not know its bytes.
  @Test func nothingElseCallsTheSystemWithAPath() throws {
    let calls = [
      "open", "openat", "fopen", "freopen", "creat", "stat", "lstat", "fstatat", "rename", "renameat", "link",
      "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "opendir", "access", "faccessat",
      "realpath",
      "getcwd", "chdir", "glob", "symlink", "readlink", "statvfs", "statfs", "chmod", "chown", "truncate",
      "mkstemp",
      "mkdtemp", "mkfifo", "utimes", "execv", "execvp", "posix_spawn", "posix_spawnp",
    ]
    // `stat()` makes the structure.
    let call = try Regex("(?:^|[^.\\w])(?:Glibc\\.|Darwin\\.)?(\(calls.joined(separator: "|")))\\((?!\\))")
    let argument = try Regex("CommandLine\\.|ProcessInfo|FileManager|contentsOfFile|fileURLWithPath")
    // The system's own files, whose paths are ours; functions of the same names.
    let allowed: [String: Set<String>] = [
      "Platform/FileSystem.swift": Set(calls),
      "Platform/System.swift": ["fopen", "execv", "CommandLine."],
      "Platform/ChildProcess.swift": ["posix_spawnp"],
      "Platform/ControlGroup.swift": ["fopen"], "Platform/StandardStreams.swift": ["open"],
      "BinaryFiles/JSON/JSONParser.swift": ["open"],
    ]
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../Sources"
    )
    .standardizedFileURL
    let files = try #require(FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String])
    #expect(files.count > 400)
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let code = line.trimmingPrefix { $0 == " " }
        guard !code.hasPrefix("//"), !code.contains("func ") else { continue }
        let found =
          code.firstMatch(of: call)?.output[1].substring ?? code.firstMatch(of: argument)?.output[0].substring
        guard let found, allowed[file]?.contains(String(found)) != true else { continue }
        Issue.record("\(file):\(number + 1): \(found), which FileSystem is for")
      }
    }
  }
}
