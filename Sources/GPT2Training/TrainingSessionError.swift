import GPT2TrainingCore

/// What cannot be done with a session, or on this machine.
public enum TrainingSessionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The plan, or the validation data, has other batches than the data.
  case otherBatches(of: String, found: BatchShape, expected: BatchShape)
  /// The run takes more memory, in bytes, than there is.
  case notEnoughMemory(found: Int, expected: Int)
  /// Events were asked for a second time.
  case alreadyBegun
  /// The model was asked for before training.
  case notBegun
  /// The system has no thread left, in its own words.
  case noThread(reason: String)
  /// A run in the directory was begun otherwise, and cannot go on so.
  case otherRun(directory: String, field: String, found: String, expected: String)

  /// B and T of a batch.
  public struct BatchShape: Equatable, Sendable, CustomStringConvertible {
    /// B
    public let batchSize: Int
    /// T
    public let sequenceLength: Int

    /// "4 x 64"
    public var description: String { "\(batchSize) x \(sequenceLength)" }
  }

  /// What was found, what was expected and what to do.
  public var description: String {
    switch self {
    case .otherBatches(let name, let found, let expected):
      "found B x T = \(found) in \(name), expected \(expected), as the data have it"
    case .notEnoughMemory(let found, let expected):
      "not enough memory: found \(found >> 20) MiB available, expected \(expected >> 20) MiB; use a smaller model, a "
        + "smaller batch or shorter sequences"
    case .alreadyBegun:
      "found a session that was begun before, expected a new one; make another to train again"
    case .notBegun: "found a session that has not begun, expected one that has trained; read its events first"
    case .noThread(let reason): reason
    case .otherRun(let directory, let field, let found, let expected):
      "\(directory): found \(field) = \(found), expected \(expected), as the run in it was begun; give that, or begin "
        + "another run in another directory"
    }
  }
}
