import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

@testable import GPT2Reports

@Suite struct RunFilesTests {
  @Test func checkpointsAreFoundByTheirNames() throws {
    let directory = try TemporaryDirectory()
    for (name, size) in [
      ("model_00000010.bin", 100), ("state_00000010_00000.bin", 30), ("state_00000010_00001.bin", 31),
      ("DONE_00000010", 0), ("model_00000020.bin", 100), ("state_00000020_00000.bin", 5),
      ("model_123456789.bin", 7), ("best_00000010.bin", 80), ("best_00000020.bin", 90), ("DONE_00000005", 0),
      ("adapters_00000015.bin", 11), ("state_00000015_00000.bin", 22), ("DONE_00000015", 0),
    ] {
      _ = try directory.write([UInt8](repeating: 0, count: size), to: name)
    }
    // What only looks like one.
    for name in [
      "model_0000010.bin", "model_00000010.bin.partial-x", "model_0000001x.bin", "model_00000030",
      "state_00000040.bin", "state_00000040_0.bin", "DONE_", "best.bin", "best_00000030.bin.partial-1",
      "best_30.bin", "progress_00000010.json", "DONE_00000010_1",
      "model_99999999999999999999.bin", "model_+0000010.bin", "main.log",
    ] {
      _ = try directory.write([1], to: name)
    }
    let files = try RunFiles(directory: directory.path)
    #expect(files.checkpoints.map(\.step) == [5, 10, 15, 20, 123_456_789])
    #expect(files.checkpoints.map(\.resultBytes) == [nil, 100, 11, 100, 7])
    #expect(files.checkpoints.map(\.stateBytes) == [nil, 61, 22, 5, nil])
    #expect(files.checkpoints.map(\.isDone) == [true, true, true, false, false])
    #expect(files.best == RunFiles.Best(step: 20, bytes: 90))
  }

  /// Two files that claim nearly all that a file may have, where the file system takes that.
  @Test(.enabled(if: access("/dev/shm", W_OK) == 0, "skipped: no file system in memory"))
  func sizesThatNoNumberHolds() throws {
    let directory = try TemporaryDirectory()
    let sparse = "/dev/shm/gpt2-\(UUID().uuidString)"
    try Data().write(to: URL(fileURLWithPath: sparse))
    defer { try? FileManager.default.removeItem(atPath: sparse) }
    try #require(truncate(sparse, .max - 4096) == 0)
    for name in ["state_00000010_00000.bin", "state_00000010_00001.bin"] {
      try FileManager.default.createSymbolicLink(atPath: directory.file(name), withDestinationPath: sparse)
    }
    let files = try RunFiles(directory: directory.path)
    #expect(files.checkpoints.map(\.stateBytes) == [.max])
  }

  @Test func noDirectoryIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("missing")
    #expect(expectFileError(path) { _ = try RunFiles(directory: path) } == .notFound)
  }
}
