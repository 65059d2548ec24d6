import BinaryFiles
import Tokens

/// The batches of all replicas of a run: those of replica r are what process r of R gets of llm.c's loader.
///
/// Every process knows where each replica stands, and reads only what its own are to learn from, so that any of them can
/// save for all, and go on as another.
public struct ReplicaData: Sendable {
  private var loaders: [DataLoader]

  /// - Parameter loaders: Of ranks 0, 1, … of as many processes, over the same data.
  public init(_ loaders: [DataLoader]) {
    precondition(!loaders.isEmpty, "a run has one replica at least")
    precondition(
      loaders.enumerated().allSatisfy { $1.processRank == $0 && $1.processCount == loaders.count },
      "loaders of other ranks")
    self.loaders = loaders
  }

  /// Of the only replica.
  public init(_ loader: DataLoader) { self.init([loader]) }

  /// As for every loader: the tokens in all files together.
  public var tokensInAllShards: Int { loaders[0].tokensInAllShards }

  /// What tells the files apart from others.
  public var signature: [UInt64] { loaders[0].signature }

  /// The shell pattern that named the files.
  public var pattern: String { loaders[0].pattern }

  public var replicas: Int { loaders.count }

  var states: [DataLoader.State] { loaders.map(\.state) }

  mutating func nextBatch(of replica: Int) -> TokenBatch { loaders[replica].nextBatch() }

  mutating func skip(_ batches: Int, of replica: Int) {
    for _ in 0..<batches { loaders[replica].skipBatch() }
  }

  mutating func reset() {
    for replica in loaders.indices { loaders[replica].reset() }
  }

  /// - Throws: `FileError` if the states do not belong to such data and batches, or are of more or fewer replicas.
  mutating func resume(from states: [DataLoader.State]) throws(FileError) {
    guard states.count == loaders.count else {
      throw FileError(
        loaders[0].pattern,
        .mismatch(
          found: "a run of \(states.count) replicas", expected: "\(loaders.count)",
          advice: "go on with --replicas \(states.count), as it began"))
    }
    for (replica, state) in states.enumerated() { try loaders[replica].resume(from: state) }
  }
}
