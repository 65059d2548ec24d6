import TestSupport
import Testing

@testable import GPT2Tokens

/// Where a text may be cut, against what the splitter makes of the whole and of the parts.
struct SafeCutTests {
  private let cut = SafeCut()

  /// What is awkward about GPT-2's pattern and about UTF-8: apostrophes and the letters of contractions, white
  /// space of one and of three bytes, letters of one to three bytes, numbers, symbols of one and of four bytes, a
  /// combining mark, and bytes that begin a character or go on with none.
  private static let units: [[UInt8]] =
    ["'", "s", "r", "e", "l", " ", "\n", "1", "!", "é", "\u{3000}", "世", "🙂", "\u{301}"].map {
      Array($0.utf8)
    }
    + [[0xC3], [0xA9], [0xF0, 0x9F], [0xFF]]

  private func pieceEnds(_ bytes: some Sequence<UInt8>) -> [Int] {
    Array(bytes).withUnsafeBufferPointer { bytes in
      let splitter = PieceSplitter(bytes)
      var ends: [Int] = []
      while (ends.last ?? 0) < bytes.count { ends.append(splitter.end(ofPieceAt: ends.last ?? 0)) }
      return ends
    }
  }

  private func isSafe(_ position: Int, in bytes: some Sequence<UInt8>) -> Bool {
    Array(bytes).withUnsafeBufferPointer { cut.isSafe(position, in: $0) }
  }

  /// Every place that is called safe is one: however much of the rest had been read when it was.
  ///
  /// - Returns: Whether there was such a place.
  private func expectCutsAreHarmless(_ bytes: [UInt8]) -> Bool {
    let whole = pieceEnds(bytes)
    var hasCut = false
    for position in 1..<max(1, bytes.count) {
      let isCalledSafe = (position + 1...bytes.count).contains { isSafe(position, in: bytes[..<$0]) }
      guard isCalledSafe else { continue }
      hasCut = true
      let parts = pieceEnds(bytes[..<position]) + pieceEnds(bytes[position...]).map { $0 + position }
      if parts != whole { Issue.record("\(bytes) cut at \(position): \(parts), not \(whole)") }
    }
    return hasCut
  }

  @Test func everyShortTextOfAwkwardParts() {
    var texts: [[UInt8]] = [[]]
    var cutTexts = 0
    for _ in 1...3 {
      texts = texts.flatMap { text in Self.units.map { text + $0 } }
      cutTexts += texts.count { expectCutsAreHarmless($0) }
    }
    #expect(cutTexts > 3000)
  }

  @Test func randomTextsOfAwkwardParts() {
    var random = SeededRandom(seed: 41)
    var cutTexts = 0
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 4...9, using: &random)).flatMap { _ in
        Self.units[Int.random(in: 0..<Self.units.count, using: &random)]
      }
      cutTexts += expectCutsAreHarmless(text) ? 1 : 0
    }
    #expect(cutTexts > 2500)
  }

  @Test func randomBytes() {
    var random = SeededRandom(seed: 42)
    for _ in 0..<1000 {
      _ = expectCutsAreHarmless((0..<12).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  /// By hand: as many places as there can be, so that blocks stay small.
  @Test(arguments: [
    ("a b", [1]), ("a  b", [1]), ("a\n\nb", [1]), (" a", []), ("\n\n", []), ("aaaa", []), ("a1!", [1, 2]),
    ("don't", [3]), ("'s", []), ("'1", [1]), ("a' b", [1, 2]), ("!!a", [2]), ("!'a", []), ("世界。世", [6, 9]),
    ("é\u{3000}a", [2]), ("a\u{301}b", [1, 3]), ("1\u{A0}2", [1]), ("🙂a", [4]),
    ("a\tb\rc\u{0B}d", [1, 3, 5]),
    ("a\u{1C}b", [1, 2]),
  ])
  func allPlaces(text: String, expected: [Int]) {
    let bytes = Array(text.utf8)
    #expect((1..<max(1, bytes.count)).filter { isSafe($0, in: bytes) } == expected)
  }

  @Test func theLastPlaceIsFound() {
    let bytes = Array("one two three".utf8)
    bytes.withUnsafeBufferPointer { bytes in
      #expect(cut.last(in: bytes, from: 0) == 7)
      #expect(cut.last(in: bytes, from: -3) == 7)
      #expect(cut.last(in: bytes, from: 7) == 7)
      #expect(cut.last(in: bytes, from: 8) == nil)
      #expect(cut.last(in: UnsafeBufferPointer(rebasing: bytes[..<0]), from: 0) == nil)
    }
  }
}
