import BinaryFiles
import Foundation

/// The checkpoints of a run directory, by the names that llm.c and `RunDirectory` give them.
public struct RunFiles: Equatable, Sendable {
  /// What there is of one step's checkpoint.
  public struct Checkpoint: Equatable, Sendable {
    public let step: Int
    /// The size of `model_STEP.bin`, in bytes; `nil` if there is none.
    public var weightBytes: Int?
    /// Of all `state_STEP_RANK.bin` together; one a process.
    public var stateBytes: Int?
    /// Whether `DONE_STEP` is there, which is written when all else is.
    public var isDone = false

    /// The file of the weights: llm.c's "model_%08d.bin".
    var name: String {
      let digits = String(step)
      return "model_" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".bin"
    }
  }

  public struct Best: Equatable, Sendable {
    public let step: Int
    public let bytes: Int
  }

  /// In ascending order of steps.
  public private(set) var checkpoints: [Checkpoint] = []
  /// `best_STEP.bin`, the weights of the lowest validation loss, and its size; `nil` if there is none.
  public private(set) var best: Best?

  /// - Throws: `FileError` if it is no directory that can be read.
  public init(directory: String) throws(FileError) {
    var found: [Int: Checkpoint] = [:]
    for name in try Self.names(in: directory) {
      // A file that has gone meanwhile is none.
      guard let bytes = Self.size(of: directory + "/" + name) else { continue }
      guard let (kind, step) = Self.kind(of: name) else { continue }
      if kind == .best {
        // A kill may leave the one before it, too.
        if best.map({ $0.step < step }) ?? true { best = Best(step: step, bytes: bytes) }
        continue
      }
      var checkpoint = found[step] ?? Checkpoint(step: step)
      switch kind {
      case .weights: checkpoint.weightBytes = bytes
      case .state: checkpoint.stateBytes = (checkpoint.stateBytes ?? 0) + bytes
      case .done: checkpoint.isDone = true
      case .best: break
      }
      found[step] = checkpoint
    }
    checkpoints = found.values.sorted { $0.step < $1.step }
  }

  private enum Kind {
    case weights
    case state
    case done
    case best
  }

  /// What a name says, if it is one that llm.c writes: numbers have eight digits or more, ranks five.
  private static func kind(of name: String) -> (kind: Kind, step: Int)? {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    func number(_ text: Substring, digits: Int) -> Int? {
      guard text.utf8.count >= digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
      return Int(text)
    }
    func stem(_ text: Substring) -> Substring? { text.hasSuffix(".bin") ? text.dropLast(4) : nil }
    switch (parts.first, parts.count) {
    case ("model", 2): return stem(parts[1]).flatMap { number($0, digits: 8) }.map { (.weights, $0) }
    case ("best", 2): return stem(parts[1]).flatMap { number($0, digits: 8) }.map { (.best, $0) }
    case ("state", 3):
      guard stem(parts[2]).flatMap({ number($0, digits: 5) }) != nil else { return nil }
      return number(parts[1], digits: 8).map { (.state, $0) }
    case ("DONE", 2): return number(parts[1], digits: 8).map { (.done, $0) }
    default: return nil
    }
  }

  /// The names of what is in a directory.
  ///
  /// - Throws: `FileError` if it is no directory that can be read.
  static func names(in directory: String) throws(FileError) -> [String] {
    guard let stream = opendir(directory) else {
      throw FileError(directory, .fromErrno("opening the directory"))
    }
    closedir(stream)
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw FileError(directory, .system(operation: "listing the directory", code: EIO))
    }
  }

  private static func size(of path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }
}
