import Testing

@testable import GPT2Evaluation

@Suite struct WindowsTests {
  /// Hugging Face's loop: text of 11 tokens, of which 10 are targets, T = 4.
  @Test func windowsOfSmallTexts() {
    func windows(_ targets: Int, _ length: Int, _ stride: Int) -> [Windows.Window] {
      Array(Windows(targets: targets, length: length, stride: stride))
    }
    #expect(
      windows(10, 4, 4) == [
        .init(tokens: 0..<5, count: 4), .init(tokens: 4..<9, count: 4), .init(tokens: 8..<11, count: 2),
      ])
    #expect(
      windows(10, 4, 3) == [
        .init(tokens: 0..<5, count: 4), .init(tokens: 3..<8, count: 3), .init(tokens: 6..<11, count: 3),
      ])
    #expect(
      windows(7, 4, 2) == [
        .init(tokens: 0..<5, count: 4), .init(tokens: 2..<7, count: 2), .init(tokens: 4..<8, count: 1),
      ])
    #expect(windows(4, 4, 1) == [.init(tokens: 0..<5, count: 4)])
    #expect(windows(3, 4, 4) == [.init(tokens: 0..<4, count: 3)])
    #expect(windows(1, Int.max, Int.max) == [.init(tokens: 0..<2, count: 1)])
  }

  @Test(arguments: [1, 2, 5, 9])
  func everyTargetIsScoredOnceWithEnoughBeforeIt(length: Int) {
    for stride in 1...length {
      for targets in 1...40 {
        var scored: [Int] = []
        for window in Windows(targets: targets, length: length, stride: stride) {
          #expect(window.tokens.count <= length + 1 && window.count > 0)
          let ends = window.tokens.upperBound - window.count..<window.tokens.upperBound
          let first = ends.lowerBound - window.tokens.lowerBound
          #expect(first >= min(ends.lowerBound, length - stride + 1))
          scored += ends
        }
        #expect(scored == Array(1...targets), "T=\(length), S=\(stride)")
      }
    }
  }
}
