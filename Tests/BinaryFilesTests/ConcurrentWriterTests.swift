import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// Two writers of one target do not touch each other's partial files.
@Suite struct ConcurrentWriterTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func theLastToFinishReplacesAWholeFileByAWholeFile() throws {
    let path = directory.file("new.bin")
    var during: [UInt8]?
    try FileWriter.write(to: path, replacing: true) { outer throws(FileError) in
      try outer.append([1, 1] as [UInt8])
      try FileWriter.write(to: path, replacing: true) { inner throws(FileError) in
        try inner.append([2, 2, 2] as [UInt8])
      }
      try outer.append([1] as [UInt8])
      during = try? bytes(path)
    }
    #expect(during == [2, 2, 2])
    #expect(try bytes(path) == [1, 1, 1])
    #expect(try directory.names() == ["new.bin"])
  }

  @Test func theFirstToFinishWinsWhereNothingMayBeReplaced() throws {
    let path = directory.file("new.bin")
    let found = expectFileError(path) {
      try FileWriter.write(to: path, replacing: false) { outer throws(FileError) in
        try outer.append([1, 1] as [UInt8])
        try FileWriter.write(to: path, replacing: false) { inner throws(FileError) in
          try inner.append([2, 2, 2] as [UInt8])
        }
      }
    }
    #expect(found == .alreadyExists)
    #expect(try bytes(path) == [2, 2, 2])
    #expect(try directory.names() == ["new.bin"])
  }

  @Test func manyThreadsLeaveOneWholeFile() throws {
    let path = directory.file("new.bin")
    let writers = 16
    DispatchQueue.concurrentPerform(iterations: writers) { writer in
      do throws(FileError) {
        try FileWriter.write(to: path, replacing: true) { file throws(FileError) in
          for _ in 0..<50 { try file.append([UInt8](repeating: UInt8(writer), count: 997)) }
        }
      } catch {
        Issue.record("writer \(writer): \(error)")
      }
    }
    let written = try bytes(path)
    #expect(written.count == 50 * 997)
    #expect(Set(written).count == 1)
    #expect(try directory.names() == ["new.bin"])
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
