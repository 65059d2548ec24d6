import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform

/// What a run was begun with, kept in its directory, so that whoever goes on with it need not say it again: `plan.json`.
///
/// Options are kept by the names that a user gives them by, with the values that hold, defaults included: a later version
/// with other defaults goes on as this one would.
package struct RunPlan: Codable, Equatable, Sendable {
  package static let name = RunBase.plan
  static let version = 1

  package private(set) var version = Self.version
  /// By name, such as "--batch-size". One that was not given and has no default is absent.
  package var options: [String: String]
  /// The working directory, which relative paths in the options begin at.
  package var directory: String
  /// The step after which the data begin anew, since others were named or their batches got another shape; 0 for the
  /// run's beginning.
  package var dataBeginAfter: Int
  /// The file of the run's directory that has the model below its adapters: see `RunBase`; `nil` if another one has it.
  package var base: String?
  /// That of the file, as `FileChecksum` has it.
  var baseChecksum: String?
  /// What `best_STEP.bin` was written with: no checkpoint's record has it.
  struct Best: Codable, Equatable, Sendable {
    let step: Int
    /// As `FileChecksum` has it.
    let checksum: String
  }

  var best: Best?
  /// Checkpoints that were made by time alone: see `CheckpointPolicy.longestWait`.
  var timed: [Int]?
  /// The checkpoints of another run that this one is to replace, by step: they are not its own, and stay until it has one.
  var replaced: [Int]?

  /// - Parameter directory: The present working directory if not given.
  package init(_ options: [String: String], directory: String? = nil, dataBeginAfter: Int = 0) {
    self.options = options
    self.directory = directory ?? System.workingDirectory
    self.dataBeginAfter = dataBeginAfter
  }

  /// - Throws: `FileError` if there is none, if it is of another version, or no plan at all.
  package init(contentsOf path: String) throws(FileError) { try self.init(contentsOf: path, in: nil) }

  /// - Parameter folder: That `path` is in, if it is held.
  init(contentsOf path: String, in folder: HeldFolder?) throws(FileError) {
    let file = try MappedFile(path: path, in: folder)
    let (version, plan) = withExtendedLifetime(file) {
      (
        try? JSONCoding.value(Version.self, from: file.bytes).version,
        try? JSONCoding.value(RunPlan.self, from: file.bytes)
      )
    }
    if let version, version != Self.version {
      throw FileError(
        path,
        .unsupportedVersion(
          found: Int32(clamping: version), supported: [Int32(Self.version)],
          advice: "go on with the program that wrote it"))
    }
    // In a name the system would take a zero for its end.
    let hasZero = plan.map { ([$0.directory] + $0.options.values).contains { $0.utf8.contains(0) } } ?? false
    guard let plan, plan.isPossible, !hasZero else {
      throw FileError(
        path,
        .mismatch(
          found: "something else", expected: "a run's plan as JSON",
          advice: "remove it, and go on with all options given again"))
    }
    self = plan
  }

  /// Whether its numbers are steps, and its file is one of the run's.
  private var isPossible: Bool {
    ([dataBeginAfter, best?.step ?? 0] + (replaced ?? []) + (timed ?? [])).allSatisfy(
      TrainingPlan.possibleSteps.contains)
      && (base ?? RunBase.name) == RunBase.name
  }

  func write(to path: String, in folder: HeldFolder? = nil) throws(FileError) {
    // Strings always encode.
    let bytes = (try? JSONCoding.indented(self)).map { Array(($0 + "\n").utf8) } ?? []
    try FileWriter.write(to: path, in: folder, replacing: true) { writer throws(FileError) in
      try writer.append(bytes)
    }
  }

  /// Read first: a plan of another version may have another shape.
  private struct Version: Decodable { let version: Int }
}
