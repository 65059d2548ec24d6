import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@Suite struct MappedFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [1, 2, 4095, 4096, 4097, 100_003])
  func everyByteIsThere(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let path = try directory.write(bytes, to: "bytes.bin")
    let file = try MappedFile(path: path)
    #expect(file.count == count)
    #expect(file.path == path)
    #expect(Array(file.bytes) == bytes)
  }

  @Test func anEmptyFileHasNoBytes() throws {
    let file = try MappedFile(path: try directory.write([], to: "empty.bin"))
    #expect(file.count == 0)
    #expect(file.bytes.isEmpty)
  }

  @Test func valuesAreLittleEndianAtAnyAlignment() throws {
    let file = try MappedFile(
      path: try directory.write([9, 0x01, 0x02, 0x03, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], to: "values.bin"))
    #expect(file.load(UInt8.self, at: 0) == 9)
    #expect(file.load(UInt16.self, at: 1) == 0x0201)
    #expect(file.load(UInt32.self, at: 1) == 0x8403_0201)
    #expect(file.load(Int32.self, at: 5) == -1)
    #expect(file.load(UInt64.self, at: 1) == 0xFFFF_FFFF_8403_0201)
    #expect(file.load(Int64.self, at: 0) == Int64(bitPattern: 0xFFFF_FF84_0302_0109))
  }

  @Test func writingToTheBytesNeverChangesTheFile() throws {
    let path = try directory.write([UInt8](repeating: 7, count: 5000), to: "bytes.bin")
    let file = try MappedFile(path: path, isWritable: true)
    try #require(file.writableBytes).initializeMemory(as: UInt8.self, repeating: 1)
    #expect(file.bytes.allSatisfy { $0 == 1 })
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: path)) == Data([UInt8](repeating: 7, count: 5000)))
    #expect(try contents(path) == [UInt8](repeating: 7, count: 5000))
  }

  /// A checkpoint in use survives being overwritten: writers rename, and the old file lives on unnamed.
  @Test func replacingTheFileLeavesTheMappedBytes() throws {
    let path = try directory.write([UInt8](repeating: 7, count: 5000), to: "bytes.bin")
    let file = try MappedFile(path: path)
    try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
      try writer.append([1] as [UInt8])
    }
    #expect(file.bytes.count == 5000 && file.bytes.allSatisfy { $0 == 7 })
    #expect(try contents(path) == [1])
  }

  /// One that another file has taken the name of lives on, and is whole.
  @Test func aFileThatWasReplacedIsNotCut() throws {
    let path = try directory.write([UInt8](repeating: 7, count: 5000), to: "bytes.bin")
    let file = try MappedFile(path: path)
    try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
      try writer.append([1] as [UInt8])
    }
    try file.check()
  }

  #if os(Linux) && compiler(>=6.2)
    /// Somebody cuts a file while it is mapped: no signal, zeros, and an error that names it, from then on. In a process of
    /// its own, which never forgets it.
    @Test func aFileThatIsCutWhileItIsMapped() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        for rest in [19_999, 0, 1, 4096, 5000] {
          let path = try directory.write([UInt8](repeating: 7, count: 20_000), to: "bytes-\(rest).bin")
          let other = try MappedFile(
            path: try directory.write([UInt8](repeating: 1, count: 9000), to: "other-\(rest).bin"))
          var file: MappedFile? = try MappedFile(path: path)
          try #require(file).check()
          try #require(truncate(path, off_t(rest)) == 0)
          do {
            let bytes = try #require(file).bytes
            // From several threads at once.
            await withTaskGroup(of: Int.self) { group in
              for _ in 0..<4 {
                group.addTask { [file] in file?.bytes.reduce(0) { $0 + Int($1) } ?? 0 }
              }
              for await sum in group { #expect(sum < 7 * 20_000) }
            }
            #expect(bytes.prefix(rest).allSatisfy { $0 == 7 })
            #expect(bytes[rest...].allSatisfy { $0 == 0 })
          }
          #expect(expectFileError(path) { try file?.check() } == .cut(found: rest, expected: 20_000))
          try other.check()
          #expect(other.bytes.allSatisfy { $0 == 1 })
          // What was read of it may be in use though it is no longer mapped.
          file = nil
          if rest == 0 { expectFileError(path) { try MappedFile.checkAll() } }
        }
      }
    }

    /// Other faults end the program as they did.
    @Test func aFaultInNoFileIsOne() async {
      await #expect(processExitsWith: .signal(SIGBUS)) {
        let directory = try TemporaryDirectory()
        _ = try MappedFile(path: try directory.write([1], to: "bytes.bin"))
        let path = try directory.write([UInt8](repeating: 7, count: 8192), to: "mine.bin")
        let descriptor = open(path, O_RDONLY)
        let place = try #require(mmap(nil, 8192, PROT_READ, MAP_PRIVATE, descriptor, 0))
        truncate(path, 0)
        exit(Int32(place.load(as: UInt8.self)))
      }
    }
  #endif

  @Test func aLinkIsFollowed() throws {
    let path = try directory.write([1, 2], to: "bytes.bin")
    let link = directory.file("link.bin")
    #expect(symlink(path, link) == 0)
    #expect(try contents(link) == [1, 2])
  }

  @Test func missingFile() {
    #expect(cause(directory.file("missing.bin")) == .notFound)
    #expect(cause("") == .notFound)
  }

  @Test func aLinkToNowhere() throws {
    let link = directory.file("link.bin")
    #expect(symlink("missing.bin", link) == 0)
    #expect(cause(link) == .notFound)
  }

  @Test func aLinkToItself() throws {
    let link = directory.file("link.bin")
    #expect(symlink("link.bin", link) == 0)
    #expect(cause(link) == .system(operation: "opening it", code: ELOOP))
  }

  @Test func directoryInsteadOfFile() {
    #expect(cause(directory.path) == .isDirectory)
  }

  @Test func fileInsteadOfDirectory() throws {
    #expect(cause(try directory.write([1], to: "bytes.bin") + "/model.bin") == .notDirectory)
  }

  @Test func nameTooLong() {
    let path = directory.file(String(repeating: "a", count: 300))
    #expect(cause(path) == .system(operation: "opening it", code: ENAMETOOLONG))
  }

  @Test func deviceInsteadOfFile() {
    #expect(cause("/dev/null") == .notARegularFile)
  }

  /// Opening a pipe for reading waits for a writer, for ever if none comes.
  @Test(.timeLimit(.minutes(1))) func pipeInsteadOfFile() {
    let path = directory.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    #expect(cause(path) == .notARegularFile)
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may read everything"))
  func noPermission() throws {
    let path = try directory.write([1], to: "secret.bin")
    chmod(path, 0)
    #expect(cause(path) == .permissionDenied)
  }

  #if os(Linux)
    /// Even root cannot map what the kernel makes up, though it claims to be a file of 4096 bytes.
    @Test(
      .enabled(if: access("/sys/kernel/cpu_byteorder", R_OK) == 0, "skipped: there is no such file in /sys"))
    func aFileThatCannotBeMapped() {
      #expect(cause("/sys/kernel/cpu_byteorder") == .system(operation: "mapping it", code: ENODEV))
    }
  #endif

  /// A copy, since the bytes are gone with the last reference to the file.
  private func contents(_ path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { Array(file.bytes) }
  }

  private func cause(_ path: String) -> FileError.Cause? {
    expectFileError(path) { _ = try MappedFile(path: path) }
  }
}

extension FileError.Cause {
  static let notARegularFile = Self.mismatch(
    found: "a device or pipe", expected: "a regular file", advice: "copy it to a file first")
}
