import GPT2BinaryFiles
import GPT2Tokens

/// The batches of all replicas of a run: those of replica r are what process r of R gets of llm.c's loader.
///
/// Every process knows where each replica stands, and reads only what its own are to learn from, so that any of them can
/// save for all, and go on as another.
package struct ReplicaData: Sendable {
  private var sources: [any BatchSource]

  /// - Parameter loaders: Of ranks 0, 1, … of as many processes, over the same data.
  package init(_ loaders: [DataLoader]) {
    precondition(!loaders.isEmpty, "a run has one replica at least")
    precondition(
      loaders.enumerated().allSatisfy { $1.processRank == $0 && $1.processCount == loaders.count },
      "loaders of other ranks")
    sources = loaders
  }

  /// Of the only replica.
  package init(_ source: any BatchSource) { sources = [source] }

  /// Of all replicas, none of which resumes: made up, to be measured with.
  package init(replicas sources: [any BatchSource]) {
    precondition(!sources.isEmpty, "a run has one replica at least")
    self.sources = sources
  }

  package var replicas: Int { sources.count }

  var states: [LoaderState] { sources.map(\.state) }

  /// The next batches of an update, so many of each replica: those of some replicas, which are the only ones that are read.
  mutating func nextBatches(_ count: Int, of replicas: Range<Int>) -> [[TokenBatch]] {
    for replica in sources.indices where !replicas.contains(replica) {
      for _ in 0..<count { sources[replica].skipBatch() }
    }
    return replicas.map { replica in (0..<count).map { _ in sources[replica].nextBatch() } }
  }

  /// Says whether the last batches of some replicas were all there.
  ///
  /// - Throws: `FileError` if a file was cut meanwhile.
  func check(of replicas: Range<Int>) throws(FileError) {
    for replica in replicas { try sources[replica].check() }
  }

  mutating func reset() {
    for replica in sources.indices { sources[replica].reset() }
  }

  /// - Throws: `ReplicaCountError` if the states are of more or fewer replicas; `FileError` if they do not belong to such
  ///   data and batches.
  mutating func resume(from states: [LoaderState]) throws {
    guard states.count == sources.count else {
      throw ReplicaCountError(found: states.count, expected: sources.count)
    }
    for (replica, state) in states.enumerated() { try sources[replica].resume(from: state) }
  }
}

/// A run that has another number of replicas than it is to go on with.
package struct ReplicaCountError: Error, Equatable, Sendable, CustomStringConvertible {
  package let found: Int
  package let expected: Int

  package var description: String {
    "found a run of \(found) replicas, expected \(expected); go on with --replicas \(found), as it began"
  }
}
