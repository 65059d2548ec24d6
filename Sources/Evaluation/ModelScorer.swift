import BinaryFiles
import Kernels
import Transformer

/// Scores with a `Model`, by forward passes over one sequence at a time.
public final class ModelScorer: SequenceScorer {
  private let model: Model
  private let activations: Activations  // (1, maxT) at most

  public var configuration: Configuration { model.configuration }

  /// - Throws: `AllocationError` if the memory for a pass over maxT tokens is not to be had.
  public init(_ model: Model) throws(AllocationError) {
    self.model = model
    activations = try Activations(
      model.configuration, batchSize: 1, sequenceLength: model.configuration.maximumSequenceLength,
      keepingForBackward: false)
  }

  public func scores(of tokens: [Int32], last count: Int) throws -> [TokenScore] {
    try configuration.check(tokens, scoringLast: count)
    let positions = tokens.count - 1
    activations.reshape(batchSize: 1, sequenceLength: positions)
    try model.forward(Array(tokens.dropLast()), into: activations)
    var scores: [TokenScore] = []
    scores.reserveCapacity(count)
    model.forEachLogitsBand(of: activations, at: positions - count..<positions) { rows, logits in
      // Position i's logits are about the token after it.
      let targets = tokens[rows.lowerBound + 1..<rows.upperBound + 1]
      scores.append(
        logits: logits, vocabularySize: configuration.vocabularySize, targets: Array(targets),
        on: model.workers)
    }
    return scores
  }
}

extension [TokenScore] {
  /// Appends the scores of `targets`, (R), by `logits`, (R, Vp).
  package mutating func append(
    logits: Matrix, vocabularySize: Int, targets: [Int32], on workers: Workers
  ) {
    var losses = [Float](repeating: 0, count: targets.count)
    var matches = [Bool](repeating: false, count: targets.count)
    targets.withUnsafeBufferPointer { targets in
      losses.withUnsafeMutableBufferPointer {
        CrossEntropy.loss(
          logits: logits, vocabularySize: vocabularySize, targets: targets, into: $0, on: workers)
      }
      matches.withUnsafeMutableBufferPointer {
        GreedyMatch.matches(
          logits: logits, vocabularySize: vocabularySize, targets: targets, into: $0, on: workers)
      }
    }
    append(contentsOf: zip(losses, matches).map { TokenScore(loss: $0, isGreatest: $1) })
  }
}
