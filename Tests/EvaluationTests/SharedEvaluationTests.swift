import GPT2Communication
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Evaluation

/// Scores that several processes make together are, to the bit, those of one.
@Suite struct SharedEvaluationTests {
  private static let processes = [1, 2, 4, 8]

  /// All that a score has but for the time it took.
  private static func counts(_ score: ChoiceScore) -> [Int] {
    [score.examples, score.scored, score.likeliest, score.likeliestByToken, score.cut]
  }

  @Test(arguments: processes) func choices(processes: Int) throws {
    let file = try ChoiceFile(contentsOf: TestFiles.fixture("choices.bin"))
    // Neither 24 nor 21 fills all rounds of 8; 3 is less than one.
    for count in [24, 21, 3] {
      let alone = try ChoiceEvaluation.score(file, first: count, by: Fixture("tiny").scorer)
      let all = try ThreadJob.run(processes: processes) { communicator in
        var seen: [Int] = []
        let score = try ChoiceEvaluation.score(
          file, first: count, by: Fixture("tiny", on: Workers(count: 1)).scorer, sharedBy: communicator,
          observing: { seen.append($0.scored) })
        return (counts: Self.counts(score), seen: seen)
      }
      for score in all {
        #expect(score.counts == Self.counts(alone))
        #expect(score.seen == Array(1...count))
      }
    }
  }

  /// One process alone hears of the signal, in its third round.
  @Test func anInterruptionIsEverybodys() throws {
    let file = try ChoiceFile(contentsOf: TestFiles.fixture("choices.bin"))
    let eight = try ChoiceEvaluation.score(file, first: 8, by: Fixture("tiny").scorer)
    let all = try ThreadJob.run(processes: 4) { communicator in
      var rounds = 0
      let score = try ChoiceEvaluation.score(
        file, first: 24, by: Fixture("tiny", on: Workers(count: 1)).scorer, sharedBy: communicator,
        isInterrupted: {
          rounds += 1
          return communicator.rank == 2 && rounds > 2
        })
      return Self.counts(score)
    }
    #expect(all == Array(repeating: [24] + Self.counts(eight).dropFirst(), count: 4))
  }

  @Test(arguments: processes) func texts(processes: Int) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("text.bin")
    let tokens = try Fixture("tiny").tokens(83, seed: 6).map { UInt16($0) }
    try TokenFile.write(tokens, to: path, replacing: false)
    let file = try TokenFile(contentsOf: path)
    let windows = Windows(targets: 82, length: 9, stride: 4)
    let alone = try TextEvaluation.score(file, in: windows, by: Fixture("tiny").scorer)
    let all = try ThreadJob.run(processes: processes) { communicator in
      let score = try TextEvaluation.score(
        file, in: windows, by: Fixture("tiny", on: Workers(count: 1)).scorer, sharedBy: communicator)
      return [Double(score.targets), Double(score.scored), score.totalLoss]
    }
    #expect(all.allSatisfy { $0 == [82, 82, alone.totalLoss] })
  }

  /// The process that meets it is not the first, and the others are not left waiting.
  @Test func aLossThatIsNotFiniteEndsAll() throws {
    let file = try ChoiceFile(contentsOf: TestFiles.fixture("choices.bin"))
    let errors = try ThreadJob.run(processes: 4) { communicator in
      let scorer = try Spoilt(rank: communicator.rank)
      do {
        _ = try ChoiceEvaluation.score(file, first: 24, by: scorer, sharedBy: communicator)
        return nil as EvaluationError?
      } catch let error as EvaluationError {
        return error
      }
    }
    #expect(errors == Array(repeating: EvaluationError(loss: .infinity), count: 4))
  }

  /// Gives every token the same loss, but for process 3, whose losses are infinite.
  private struct Spoilt: SequenceScorer {
    let rank: Int
    let configuration: Configuration

    init(rank: Int) throws {
      self.rank = rank
      configuration = try Configuration(
        maximumSequenceLength: 9, vocabularySize: 31, layers: 1, heads: 1, channels: 1)
    }

    func scores(of tokens: [Int32], last count: Int) throws -> [TokenScore] {
      Array(repeating: TokenScore(loss: rank == 3 ? .infinity : 1, isGreatest: true), count: count)
    }
  }
}
