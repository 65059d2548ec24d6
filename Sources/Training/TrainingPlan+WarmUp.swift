/// Sequences that are short at first, and twice as long in each of some equal shares of the warm-up's steps, until they have
/// all T tokens. (Li et al. 2022, arXiv:2108.06084, who found that long ones make the first steps unstable; theirs grow
/// linearly.)
///
/// Theirs are longer ones without their ends, so that an update learns from fewer tokens. Here rows are cut into several
/// sequences, none of which sees another: an update has the same tokens, all are learnt from, and batches come in the same
/// order as without a warm-up.
public struct SequenceWarmUp: Equatable, Sendable {
  /// Steps before sequences are as long as rows.
  public var steps: Int
  /// Tokens of a sequence at first.
  public var firstLength: Int

  /// A warm-up.
  ///
  /// - Precondition: Neither number is negative, and the length is not 0.
  public init(steps: Int, firstLength: Int) {
    precondition(steps >= 0 && firstLength > 0, "no warm-up")
    self.steps = steps
    self.firstLength = firstLength
  }

  /// How long sequences are at `step`, which counts from 0, if they are T long in the end.
  func length(at step: Int, of full: Int) -> Int {
    guard step < steps, firstLength < full else { return full }
    // Doublings until they are long enough, so many lengths before the full one.
    var (lengths, length) = (1, firstLength)
    while length < full - length {
      length *= 2
      lengths += 1
    }
    return firstLength << Int((Double(step) * Double(lengths) / Double(steps)).rounded(.down))
  }
}

// What a step takes. Steps count from 0.
extension TrainingPlan {
  /// The longest sequences that rows are cut into: T but for a warm-up.
  func sequenceLength(at step: Int) -> Int {
    sequenceWarmUp?.length(at: step, of: sequenceLength) ?? sequenceLength
  }

  /// Batches whose gradients make up the update: in the warm-up one of each replica at first, and then linearly more, as
  /// GPT-3's batches grow (Brown et al. 2020, arXiv:2005.14165, appendix B).
  func accumulation(at step: Int) -> Int {
    guard step < batchWarmUpSteps else { return accumulation }
    return replicas * (1 + (accumulation / replicas - 1) * step / batchWarmUpSteps)
  }

  /// Tokens that the update learns from.
  func tokens(at step: Int) -> Int { batchSize * sequenceLength * accumulation(at: step) }

  /// Tokens that all these updates learn from.
  func tokens(in steps: Range<Int>) -> Int {
    // Not step by step, as there may be many.
    let last = accumulation / replicas - 1
    func firstStep(of more: Int) -> Int { last == 0 ? 0 : (more * batchWarmUpSteps + last - 1) / last }
    let batches = (0..<last).reduce(0) { sum, more in
      sum + (1 + more) * steps.clamped(to: firstStep(of: more)..<firstStep(of: more + 1)).count
    }
    let full = steps.clamped(to: min(firstStep(of: last), steps.upperBound)..<steps.upperBound)
    return batchSize * sequenceLength * (replicas * batches + accumulation * full.count)
  }

  /// Updates that learn from so many tokens, or a little less; one at least, and no more than a run can make.
  public func steps(over tokens: Int) -> Int {
    var (steps, left) = (0, tokens)
    while steps < batchWarmUpSteps, left >= self.tokens(at: steps) {
      left -= self.tokens(at: steps)
      steps += 1
    }
    steps = steps < batchWarmUpSteps ? steps : steps + left / tokensPerStep
    return min(max(1, steps), Self.possibleSteps.upperBound)
  }
}
