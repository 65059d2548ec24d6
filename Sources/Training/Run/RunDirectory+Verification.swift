import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform

/// A file of a run, held against what was written.
package struct RunFileCheck: Equatable, Sendable {
  package enum Outcome: Equatable, Sendable {
    case asWritten
    case differs(found: FileChecksum, expected: FileChecksum)
    /// It is missing, or cannot be read.
    case unreadable(FileError)
    /// Of a checkpoint of llm.c's, or of an earlier version: nothing can be said of its files.
    case hasNoChecksums

    /// Whether it is known to be wrong.
    package var isWrong: Bool { self != .asWritten && self != .hasNoChecksums }
  }

  package let path: String
  package let outcome: Outcome

  /// - Parameter expected: The checksum that it was written with.
  init(_ path: String, expected: FileChecksum) {
    self.path = path
    do throws(FileError) {
      let found = try FileChecksum.of(path)
      outcome = found == expected ? .asWritten : .differs(found: found, expected: expected)
    } catch {
      outcome = .unreadable(error)
    }
  }

  init(_ path: String, _ outcome: Outcome) {
    self.path = path
    self.outcome = outcome
  }
}

extension RunDirectory {
  /// Holds the files of all whole checkpoints, the best model, and the run's own model below its adapters, against their
  /// checksums.
  ///
  /// - Parameter observe: Called with each file, in the order of their steps.
  /// - Throws: `FileError` if the directory cannot be read or is no run's; what `observe` throws.
  package func verify(observing observe: (RunFileCheck) throws -> Void) throws {
    let steps = try Folder.names(in: path).isEmpty ? [] : checkpoints()
    guard !steps.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "no whole checkpoint in it", expected: "the directory of a run that has saved one",
          advice: "check the name"))
    }
    func check(_ path: String, _ checksum: String?) throws {
      let expected = checksum.flatMap { FileChecksum($0[...]) }
      try observe(expected.map { RunFileCheck(path, expected: $0) } ?? RunFileCheck(path, .hasNoChecksums))
    }
    let plan = place(plan).exists ? try RunPlan(contentsOf: plan, in: folder) : nil
    if let checksum = plan?.baseChecksum { try check(base, checksum) }
    for step in steps { try verify(step, observing: observe) }
    for step in try bestSteps() {
      try check(best(step), plan?.best.flatMap { $0.step == step ? $0.checksum : nil })
    }
  }

  private func verify(_ step: Int, observing observe: (RunFileCheck) throws -> Void) throws {
    let files: [CheckpointRecord.File]
    do throws(FileError) {
      files = try CheckpointRecord(contentsOf: done(step), step: step).files
    } catch {
      return try observe(RunFileCheck(done(step), .unreadable(error)))
    }
    guard !files.isEmpty else {
      let missing = [savedResult(step), state(step, replica: 0)].first { !place($0).exists }
      return try observe(
        missing.map { RunFileCheck($0, .unreadable(FileError($0, .notFound))) }
          ?? RunFileCheck(done(step), .hasNoChecksums))
    }
    for file in files {
      try observe(RunFileCheck(path + "/" + file.name.name, expected: file.checksum))
    }
  }

  /// Holds those files of a checkpoint that a process reads against their checksums. Of processes that train apart each
  /// has moments in a file of its own, and leaves the others' to them.
  ///
  /// - Returns: Whether they have checksums.
  /// - Throws: `FileError` for the first that is not as it was written.
  func checkFiles(of step: Int, readBy trainer: Trainer) throws(FileError) -> Bool {
    guard place(done(step)).exists else { return false }
    let files = try CheckpointRecord(contentsOf: done(step), step: step).files
    for file in files {
      if case .state(let replica) = file.name.kind, !trainer.ownReplicas.contains(replica),
        replica > 0 || trainer.ownReplica != nil
      {
        continue
      }
      let check = RunFileCheck(path + "/" + file.name.name, expected: file.checksum)
      switch check.outcome {
      case .asWritten, .hasNoChecksums: continue
      case .unreadable(let error): throw error
      case .differs(let found, let expected):
        throw FileError(
          check.path,
          .mismatch(
            found: "XXH64 \(found)", expected: "\(expected), that of the file as it was written",
            advice: "remove \(RunFileName(.done, step).name) to go on from the checkpoint before it"))
      }
    }
    return !files.isEmpty
  }
}
