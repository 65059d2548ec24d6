import ArgumentParser
import GPT2BinaryFiles
import GPT2Terminal
import GPT2TrainingCore

/// `verify --run`: says of each file of a run's checkpoints whether it is as it was written.
struct RunVerification {
  private let directory: RunDirectory
  private let asJSON: Bool

  init(_ path: String, asJSON: Bool) {
    directory = RunDirectory(path)
    self.asJSON = asJSON
  }

  /// - Throws: `Exit.checkFailed` once all are read, if one is not; `FileError` if the directory has no checkpoint, or
  ///   none with checksums.
  func run() throws {
    var (isWrong, checked) = (false, 0)
    try directory.verify { check in
      isWrong = isWrong || check.outcome.isWrong
      if check.outcome != .hasNoChecksums { checked += 1 }
      try asJSON ? JSON.print(Record(check)) : Output.write(Self.line(check), namingPaths: true)
    }
    if isWrong { throw Exit.checkFailed }
    guard checked > 0 else {
      throw FileError(
        directory.path,
        .mismatch(
          found: "checkpoints without checksums", expected: "one that a run of this version has written",
          advice: "nothing can be said of their files"))
    }
  }

  private static func line(_ check: RunFileCheck) -> String {
    let words =
      switch check.outcome {
      case .asWritten: "holds"
      case .differs(let found, let expected): "DIFFERS: found XXH64 \(found), expected \(expected)"
      case .unreadable(let error): "DIFFERS: \(error)"
      case .hasNoChecksums: "no checksums, as llm.c and earlier versions wrote it"
      }
    return "\(check.path): \(words)\n"
  }

  private struct Record: Encodable {
    let path: String
    /// Absent where there is no checksum to hold it against.
    var holds: Bool?
    var found: String?
    var expected: String?
    var problem: String?

    init(_ check: RunFileCheck) {
      path = check.path
      switch check.outcome {
      case .asWritten: holds = true
      case .differs(let found, let expected):
        (holds, self.found, self.expected) = (false, "\(found)", "\(expected)")
      case .unreadable(let error): (holds, problem) = (false, "\(error)")
      case .hasNoChecksums: break
      }
    }
  }
}
