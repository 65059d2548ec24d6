import GPT2Kernels

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
