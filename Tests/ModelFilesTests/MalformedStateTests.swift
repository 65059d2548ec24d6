import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2ModelFiles
@testable import GPT2Transformer

/// One test a way in which a reference state or an optimizer state can be wrong.
@Suite struct MalformedStateTests {
  private let directory: TemporaryDirectory
  private let configuration: Configuration

  init() throws {
    directory = try TemporaryDirectory()
    configuration = try Checkpoint.read(TestFiles.fixture("tiny.bin")).configuration
  }

  @Test func empty() throws {
    #expect(try cause { $0 = [] } == .truncatedHeader(found: 0, expected: 1024))
  }

  @Test func truncatedHeader() throws {
    #expect(try cause { $0.removeLast($0.count - 8) } == .truncatedHeader(found: 8, expected: 1024))
  }

  @Test func truncatedBody() throws {
    #expect(try cause { $0.removeLast() } == .wrongSize(found: 15763, expected: 15764))
  }

  @Test func extraBytes() throws {
    #expect(try cause { $0.append(0) } == .wrongSize(found: 15765, expected: 15764))
  }

  @Test func wrongMagic() throws {
    #expect(
      try cause { $0.set(0, to: 20_240_326) }
        == .mismatch(
          found: "a model checkpoint of llm.c's kind", expected: "a reference state",
          advice: "name another file"))
  }

  @Test(arguments: [0, 3, 99] as [Int32])
  func version(_ version: Int32) throws {
    guard case .unsupportedVersion(version, [1, 2], _) = try cause({ $0.set(1, to: version) }) else {
      Issue.record("expected an unsupported version")
      return
    }
  }

  @Test(arguments: [2, 3], [-1, 0, Int32.max])
  func sizeOutOfRange(field: Int, value: Int32) throws {
    guard case .invalidField(_, Int(value), _) = try cause({ $0.set(field, to: value) }) else {
      Issue.record("expected an invalid field")
      return
    }
  }

  @Test func sizesThatTheFileDoesNotHave() throws {
    guard case .wrongSize(15764, _) = try cause({ $0.set(2, to: 1 << 24) }) else {
      Issue.record("expected a wrong size")
      return
    }
  }

  @Test func sequenceLongerThanTheModels() throws {
    guard case .mismatch("sequences of 10 tokens", _, _) = try cause({ $0.set(3, to: 10) }) else {
      Issue.record("expected a mismatch")
      return
    }
  }

  @Test(arguments: [31, -1, .max] as [Int32])
  func tokenOutsideTheVocabulary(token: Int32) throws {
    // The first target, behind B · T = 18 tokens.
    let found = try cause { $0.set(Header.fieldCount + 18, to: token) }
    #expect(found == .tokenOutOfRange(token: Int(token), position: 18, vocabularySize: 31))
  }

  @Test func anotherModelsState() throws {
    let other = try Checkpoint.read(TestFiles.fixture("awkward.bin")).configuration
    let path = TestFiles.fixture("tiny_debug_state.bin")
    guard
      case .wrongSize(15764, _) = expectFileError(
        path, { _ = try ReferenceState(contentsOf: path, for: other) })
    else {
      Issue.record("expected a wrong size")
      return
    }
  }

  @Test func missingFile() {
    let path = directory.file("missing.bin")
    #expect(
      expectFileError(path) { _ = try ReferenceState(contentsOf: path, for: configuration) } == .notFound)
  }

  @Test func directoryInsteadOfFile() {
    let path = directory.path
    #expect(
      expectFileError(path) { _ = try ReferenceState(contentsOf: path, for: configuration) } == .isDirectory)
  }

  @Test(.enabled(if: geteuid() != 0, "skipped: root may read everything"))
  func noPermission() throws {
    let path = try directory.write([1], to: "secret.bin")
    chmod(path, 0)
    #expect(
      expectFileError(path) { _ = try ReferenceState(contentsOf: path, for: configuration) }
        == .permissionDenied)
  }

  /// A version 1 state, made from the version 2 fixture by dropping wte's one padding row.
  @Test func version1HasNoPaddingRows() throws {
    let path = TestFiles.fixture("tiny_debug_state.bin")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let gradients = 1024 + 4 * (2 * 18 + 18 * 31 + 1)
    let padding = gradients + 4 * 31 * 10
    bytes.removeSubrange(padding..<padding + 4 * 10)
    bytes.set(1, to: 1)
    let old = try ReferenceState(
      contentsOf: try directory.write(bytes, to: "v1.bin"), for: configuration)
    let new = try ReferenceState(contentsOf: path, for: configuration)
    #expect(Array(old.gradient(of: .wte)) == Array(new.gradient(of: .wte)[..<310]))
    #expect(Array(old.gradient(of: .lnfb)) == Array(new.gradient(of: .lnfb)))
  }

  /// What reading the tiny fixture's state throws once `change` has been made to its bytes.
  private func cause(_ change: (inout [UInt8]) -> Void) throws -> FileError.Cause? {
    let fixture = TestFiles.fixture("tiny_debug_state.bin")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: fixture)))
    change(&bytes)
    let path = try directory.write(bytes, to: "bad.bin")
    return expectFileError(path) { _ = try ReferenceState(contentsOf: path, for: configuration) }
  }
}
