import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing

/// A disk that fills up, played by a limit on the size of files; in a process of its own, since the limit
/// holds for all of it.
@Suite struct FullDiskTests {
  #if os(Linux) && compiler(>=6.2)
    @Test func aWriteThatFailsHalfWayLeavesTheOldFileAndNothingElse() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let path = try directory.write([7, 7], to: "old.bin")
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 10_000, rlim_max: 10_000)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)

        let found = expectFileError(path) {
          try FileWriter.write(to: path, replacing: true) { writer throws(FileError) in
            try writer.append([UInt8](repeating: 1, count: 6000))
            try writer.append([UInt8](repeating: 1, count: 6000))
          }
        }
        #expect(found == .system(operation: "writing it", code: EFBIG))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([7, 7]))
        #expect(try directory.names() == ["old.bin"])
      }
    }
  #endif
}
