import Foundation
import GPT2RandomNumbers
import TestSupport
import Testing

@testable import GPT2Lessons

@Suite struct RecallTaskTests {
  @Test func textsAskForWhatTheySaid() {
    let task = RecallTask()
    var random = MersenneTwister(key: [1])
    var texts: Set<String> = []
    for _ in 0..<50 {
      let tokens = task.draw(using: &random)
      #expect(tokens.count == 16)
      let pairs = stride(from: 0, to: 16, by: 2).map { [tokens[$0], tokens[$0 + 1]] }
      #expect(pairs.allSatisfy { $0[0] < 8 && (8..<18).contains($0[1]) })
      #expect(Set(pairs.prefix(4).map { $0[0] }).count == 4)
      #expect(Set(pairs.prefix(4)) == Set(pairs.suffix(4)))
      texts.insert(task.text(of: tokens))
    }
    #expect(texts.count == 50)
    #expect(task.statements == [0, 2, 4, 6] && task.questions == [8, 10, 12, 14])
  }

  @Test func charactersAreTokens() {
    let task = RecallTask()
    #expect(String(task.characters) == "abcdefgh0123456789")
    #expect(task.tokens(of: "a0h9") == [0, 8, 7, 17])
    #expect(task.tokens(of: "a0x") == nil && task.tokens(of: "") == [])
  }

  /// By hand: with two pairs and two digits the first answer is one of two that are alike half of the time; the second is
  /// what is left.
  @Test func theSmallestBag() {
    let bag = BagOfCharacters(of: RecallTask(letters: 2, digits: 2, pairs: 2))
    #expect(abs(bag.losses[0] - log(2) / 2) < 1e-15)
    #expect(bag.losses[1] == 0)
    #expect(bag.accuracies == [0.75, 1])
  }

  @Test func aBagKnowsLessThanALookBack() {
    let bag = BagOfCharacters(of: RecallTask())
    #expect(bag.losses.allSatisfy { $0 < log(10) && $0 > 0 })
    #expect(bag.accuracy > 0.1 && bag.accuracy < 0.6)
  }
}
