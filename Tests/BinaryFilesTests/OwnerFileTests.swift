import GPT2BinaryFiles
import Foundation
import GPT2Platform
import TestSupport
import Testing

/// The lock of file systems that have none.
@Suite struct OwnerFileTests {
  private let directory: TemporaryDirectory
  private let folder: HeldFolder
  private var path: String { directory.file("owner") }

  init() throws {
    directory = try TemporaryDirectory()
    folder = try HeldFolder(directory.path)
  }

  @Test func oneAtATime() throws {
    var first: OwnerFile? = try OwnerFile(path, in: folder)
    #expect(try taken()?.process == getpid())
    #expect(try taken()?.host == System.hostName)
    withExtendedLifetime(first) {}
    first = nil
    #expect(try directory.names() == [])
    _ = try OwnerFile(path, in: folder)
  }

  /// A process that has ended, one whose number another has got, and those of which nothing is known.
  @Test func onlyThatOfADeadProcessIsTakenOver() throws {
    let child = try ChildProcess("true", [])
    let output = try ChildProcess("sh", ["-c", "echo $$"])
    while child.ended() == nil || output.ended() == nil { usleep(1000) }
    let dead = try #require(Int32(output.printed.output.dropLast()))
    let (host, own) = (System.hostName, try #require(System.start(ofProcess: getpid())))
    for gone in ["\(dead) 1 \(host)\n", "\(getpid()) \(own - 1) \(host)\n"] {
      try directory.write(gone, to: "owner")
      let lock = try OwnerFile(path, in: folder)
      #expect(try taken()?.process == getpid())
      #expect(try directory.names() == ["owner"])
      withExtendedLifetime(lock) {}
    }
    for unknown in ["\(dead) 1 another-\(host)\n", "\(getpid()) \(own) \(host)\n", "", "damaged"] {
      try directory.write(unknown, to: "owner")
      _ = try taken()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == unknown)
    }
  }

  /// One that another has put there meanwhile is not ours to remove.
  @Test func onlyItsOwnFileIsRemoved() throws {
    var lock: OwnerFile? = try OwnerFile(path, in: folder)
    unlink(path)
    _ = try directory.write([1], to: "owner")
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try directory.names() == ["owner"])
  }

  private func taken() throws -> OwnerFile.Owner? {
    do throws(OwnerFile.Failure) {
      _ = try OwnerFile(path, in: folder)
      Issue.record("the lock was free")
      return nil
    } catch {
      guard case .taken(let owner) = error else {
        Issue.record("\(error)")
        return nil
      }
      return owner
    }
  }
}
