import Testing

@testable import GPT2TrainingCore

@Suite struct CheckpointPolicyTests {
  /// What llm.c leaves: at each checkpoint it deletes the one `kept` intervals before, unless that is major.
  @Test(arguments: [(2, nil), (1, 30), (3, 20), (2, 10)] as [(Int, Int?)])
  func checkpointsLeftAreLLMCs(kept: Int, majorInterval: Int?) {
    let policy = CheckpointPolicy(interval: 10, kept: kept, majorInterval: majorInterval)
    var (ours, theirs): ([Int], [Int]) = ([], [])
    for step in stride(from: 10, through: 120, by: 10) {
      ours.append(step)
      for old in policy.superseded(ours, at: step) { ours.removeAll { $0 == old } }
      theirs.append(step)
      let candidate = step - kept * 10
      if candidate > 0, majorInterval.map({ candidate % $0 != 0 }) ?? true {
        theirs.removeAll { $0 == candidate }
      }
      #expect(ours == theirs)
    }
  }

  @Test func laterCheckpointsAreNotTouched() {
    #expect(CheckpointPolicy(interval: 10, kept: 1).superseded([10, 20, 90], at: 20) == [10])
  }

  @Test func withoutALimitAllAreKept() {
    #expect(CheckpointPolicy(interval: 1).superseded([1, 2, 3], at: 3).isEmpty)
    #expect(!CheckpointPolicy().isDue(at: 5))
    #expect(CheckpointPolicy(interval: 5).isDue(at: 10))
    #expect(!CheckpointPolicy(interval: 5).isDue(at: 11))
  }
}
