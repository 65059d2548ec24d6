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

  /// The table of attention.md.
  @Test func aBagKnowsLessThanALookBack() {
    let bag = BagOfCharacters(of: RecallTask())
    #expect(Closeness.error(of: bag.losses, against: [1.1868, 1.0704, 0.7201, 0]) < 1e-4)
    #expect(Closeness.error(of: bag.accuracies, against: [0.3835, 0.349, 0.493, 1]) < 1e-14)
    #expect(abs(bag.loss - 0.7443) < 1e-4 && abs(bag.accuracy - 0.5564) < 1e-4)
  }
}
