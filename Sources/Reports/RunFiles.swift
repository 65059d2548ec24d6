import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2TrainingCore

/// The checkpoints of a run directory, llm.c's too.
package struct RunFiles: Equatable, Sendable {
  /// What there is of one step's checkpoint.
  package struct Checkpoint: Equatable, Sendable {
    package let step: Int
    /// The size of `model_STEP.bin`, in bytes; `nil` if there is none.
    package var modelBytes: Int?
    /// The size of `adapters_STEP.bin`, which takes the model's place where only adapters are trained.
    package var adapterBytes: Int?
    /// Of all `state_STEP_RANK.bin` together; one a process.
    package var stateBytes: Int?
    /// Whether `DONE_STEP` is there, which is written when all else is.
    package var isDone = false

    /// What a run has to keep of the model.
    package var resultBytes: Int? { adapterBytes ?? modelBytes }

    /// The file's name that a run's log calls the checkpoint by.
    var name: String { RunFileName(adapterBytes == nil ? .model : .adapters, step).name }
  }

  package struct Best: Equatable, Sendable {
    package let step: Int
    package let bytes: Int
  }

  /// In ascending order of steps.
  package private(set) var checkpoints: [Checkpoint] = []
  /// `best_STEP.bin`, of the lowest validation loss, and its size; `nil` if there is none.
  package private(set) var best: Best?

  /// - Throws: `FileError` if it is no directory that can be read.
  package init(directory: String) throws(FileError) {
    var found: [Int: Checkpoint] = [:]
    for name in try Folder.names(in: directory) {
      // A file that has gone meanwhile is none.
      guard let file = RunFileName(name), let bytes = Self.size(of: directory + "/" + name) else { continue }
      let step = file.step
      switch file.kind {
      case .model: found[step, default: Checkpoint(step: step)].modelBytes = bytes
      case .adapters: found[step, default: Checkpoint(step: step)].adapterBytes = bytes
      case .state, .outer:
        // Sparse files may claim more than any disk has, each of them.
        let sum = CheckedCount(found[step]?.stateBytes ?? 0) + bytes
        found[step, default: Checkpoint(step: step)].stateBytes = sum.value ?? .max
      case .done: found[step, default: Checkpoint(step: step)].isDone = true
      case .progress, .average: break
      // A kill may leave the one before it, too.
      case .best: if best.map({ $0.step < step }) ?? true { best = Best(step: step, bytes: bytes) }
      }
    }
    checkpoints = found.values.sorted { $0.step < $1.step }
  }

  private static func size(of path: String) -> Int? {
    guard let status = FileSystem.status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }
}
