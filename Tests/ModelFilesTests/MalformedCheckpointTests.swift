import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// One test a way in which a checkpoint can be wrong; all must be found before memory is spent.
@Suite struct MalformedCheckpointTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func empty() throws {
    #expect(try cause { $0 = [] } == .truncatedHeader(found: 0, expected: 1024))
  }

  @Test func truncatedHeader() throws {
    #expect(try cause { $0.removeLast($0.count - 1023) } == .truncatedHeader(found: 1023, expected: 1024))
  }

  @Test func truncatedBody() throws {
    #expect(try cause { $0.removeLast() } == .wrongSize(found: 13383, expected: 13384))
  }

  @Test func headerOnly() throws {
    #expect(try cause { $0.removeLast($0.count - 1024) } == .wrongSize(found: 1024, expected: 13384))
  }

  @Test func extraBytes() throws {
    #expect(try cause { $0.append(0) } == .wrongSize(found: 13385, expected: 13384))
  }

  @Test func wrongMagic() throws {
    #expect(
      try cause(field: 0, 20_240_520)
        == .mismatch(
          found: "a token file", expected: "a model checkpoint", advice: "name another file"))
  }

  @Test(arguments: [2, 4, 99, 0, -3] as [Int32])
  func version(_ version: Int32) throws {
    guard case .unsupportedVersion(version, [1, 3, 5], let advice) = try cause(field: 1, version) else {
      Issue.record("expected an unsupported version")
      return
    }
    #expect(advice.contains("interim") == [2, 4].contains(version))
  }

  @Test(arguments: 2...6)
  func negativeSize(field: Int) throws {
    guard case .invalidField(_, -1, _) = try cause(field: field, -1) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test(arguments: 2...7)
  func hugeSize(field: Int) throws {
    guard case .invalidField(_, Int(Int32.max), _) = try cause(field: field, .max) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  /// Each within its limit, but the product far beyond 64 bits.
  @Test func sizesWhoseProductOverflows() throws {
    let large: Int32 = 1 << 24
    let found = try cause { bytes in
      for field in [2, 3, 4, 6, 7] { bytes.set(field, to: large) }
    }
    #expect(found == .wrongSize(found: 13384, expected: .max))
  }

  /// A size that memory might not hold is compared with the file, never allocated.
  @Test func sizesOfTerabytes() throws {
    let found = try cause { bytes in
      bytes.set(4, to: 100_000)
      bytes.set(6, to: 10_000)
    }
    guard case .wrongSize(13384, let expected) = found else {
      Issue.record("expected a wrong size")
      return
    }
    #expect(expected > 1 << 40)
  }

  @Test func vocabularyLargerThanItsPadding() throws {
    guard case .invalidField("padded vocabulary size", 32, _) = try cause(field: 3, 33) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func channelsThatTheHeadsDoNotDivide() throws {
    guard case .invalidField("heads", 3, _) = try cause(field: 5, 3) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func missingFile() {
    let path = directory.file("missing.bin")
    #expect(expectFileError(path) { _ = try Checkpoint.read(path) } == .notFound)
  }

  @Test func directoryInsteadOfFile() {
    #expect(expectFileError(directory.path) { _ = try Checkpoint.read(directory.path) } == .isDirectory)
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may read everything"))
  func noPermission() throws {
    let path = try directory.write([1], to: "secret.bin")
    chmod(path, 0)
    #expect(expectFileError(path) { _ = try Checkpoint.read(path) } == .permissionDenied)
  }

  /// What reading the tiny fixture throws once `change` has been made to its bytes.
  private func cause(_ change: (inout [UInt8]) -> Void) throws -> FileError.Cause? {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("tiny.bin"))))
    change(&bytes)
    let path = try directory.write(bytes, to: "bad.bin")
    let copied = expectFileError(path) { _ = try Checkpoint.read(path) }
    let mapped = expectFileError(path) { _ = try Checkpoint.read(path, placing: .mapped) }
    #expect(copied == mapped)
    return copied
  }

  private func cause(field: Int, _ value: Int32) throws -> FileError.Cause? {
    try cause { $0.set(field, to: value) }
  }
}
