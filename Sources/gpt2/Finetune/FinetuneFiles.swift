import GPT2BinaryFiles
import GPT2Platform
import GPT2Reports
import GPT2TrainingCore

/// What `finetune` has in its run's directory besides what `train` writes.
struct FinetuneFiles {
  private let directory: RunDirectory

  init(_ output: String) { directory = RunDirectory(output) }

  /// What the names of the token files begin with.
  var prefix: String { directory.path + "/text" }
  var training: String { prefix + "_train.bin" }
  var validation: String { prefix + "_val.bin" }

  var hasTokens: Bool { tokenFiles.count == 2 }

  /// Those that are there.
  private var tokenFiles: [String] { [training, validation].filter { FileSystem.exists($0) } }

  /// Finds out before the work whether the directory can be used, and changes nothing.
  ///
  /// - Throws: `FileError` if not, or if there is something in it that `use` does not allow for.
  func check(use: RunDirectory.Use) throws(FileError) {
    try RunDirectory(directory.path, use: use).check()
    guard use == .new, let path = tokenFiles.first else { return }
    throw FileError(
      path,
      .mismatch(
        found: "token files already there", expected: "a new directory",
        advice: "go on with --resume, replace them with --overwrite, or name another --output"))
  }

  /// The arguments with which the training that was begun goes on; `nil` if none was.
  ///
  /// - Throws: `FileError` if the run's plan or log cannot be read, or another command began it.
  func recordedTraining() throws -> [String]? {
    if FileSystem.exists(directory.plan) {
      let plan = try RunPlan(contentsOf: directory.plan)
      let data = plan.options["--data"].flatMap { System.absolutePath(plan.located($0)) }
      guard plan.options["--instructions"] != nil || (data != nil && data == System.absolutePath(training))
      else {
        throw notOurs(directory.plan)
      }
      return ["train", "--resume", directory.path]
    }
    // Earlier versions kept no plan.
    guard FileSystem.exists(directory.metrics) else { return nil }
    guard let first = try RunHistory(directory: directory.path).parts.first else { return nil }
    let arguments = Array(first.command.dropFirst())
    guard arguments.first == "train", arguments.contains(training) || arguments.contains("--instructions")
    else { throw notOurs(directory.metrics) }
    return ResumeCommand.words(for: arguments)
  }

  private func notOurs(_ path: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: "a run of another command", expected: "one that finetune began",
        advice: "go on with the command that began it, or name another --output"))
  }
}
