import TestSupport
import Testing

@testable import GPT2Generation

@Suite struct StopStringsTests {
  @Test func holdsBackOnlyWhatMayBeTheBeginning() throws {
    #expect(try shown(["stop"], ["it st", "ays", " s", "t", "o"]) == ["it ", "stay", "s ", "", "", "sto"])
    #expect(try shown(["aab"], ["aaa", "a", "c"]) == ["a", "a", "aac", ""])
  }

  @Test func endsTheTextBeforeTheMatch() throws {
    #expect(try shown(["stop"], ["one st", "op two", " three"]) == ["one ", "", "", ""])
    #expect(try shown(["stop"], ["one stop two"]) == ["one ", ""])
    #expect(try shown(["stop"], ["stop"]) == ["", ""])
    #expect(try shown(["\n\n"], ["a\n", "b\n", "\nc"]) == ["a", "\nb", "", ""])
  }

  @Test func prefixesThatOverlap() throws {
    #expect(try shown(["aab"], ["aaab"]) == ["a", ""])
    #expect(try shown(["aab"], ["a", "a", "a", "b"]) == ["", "", "a", "", ""])
    #expect(try shown(["abababc"], ["ababababc"]) == ["ab", ""])
    #expect(try shown(["abcabd"], ["abcabcabd"]) == ["abc", ""])
  }

  @Test func severalStopStrings() throws {
    // The first to be complete ends the text, though a longer one had begun before it.
    #expect(try shown(["abcd", "bc"], ["xabcd"]) == ["xa", ""])
    // Of those complete at once, the longest.
    #expect(try shown(["c", "abc", "bc"], ["xabc"]) == ["x", ""])
    #expect(try shown(["User:", "###"], ["a #", "# Us", "er", ":"]) == ["a ", "## ", "", "", ""])
    #expect(try shown(["b", "b"], ["ab"]) == ["a", ""])
    // A short string's match begins inside what a long one held back in vain.
    #expect(try shown(["aaaaz", "aab"], ["aaaa", "b"]) == ["", "aa", ""])
  }

  @Test func withoutStopStringsNothingIsHeldBack() throws {
    #expect(try shown([], ["a", "", "bc"]) == ["a", "", "bc", ""])
  }

  @Test func nothingComesAfterTheEnd() throws {
    var strings = try StopStrings(["x"])
    #expect(strings.append([0x61, 0x78, 0x62]) == [0x61])
    #expect(strings.isStopped)
    #expect(strings.append([0x63]).isEmpty)
    #expect(strings.finish().isEmpty)
    #expect(strings.isStopped)
  }

  @Test func finishForgetsTheBeginningOfAMatch() throws {
    var strings = try StopStrings(["ab"])
    #expect(strings.append([0x61]).isEmpty)
    #expect(strings.finish() == [0x61])
    #expect(strings.append([0x62]) == [0x62])
    #expect(!strings.isStopped)
  }

  @Test func anEmptyStopStringIsRefused() {
    for (strings, position) in [([""], 1), (["a", "", "b", ""], 2)] {
      let error = #expect(throws: StopStringError.empty(position: position)) { try StopStrings(strings) }
      #expect(error?.description.contains("in place \(position), expected one character") == true)
    }
  }

  /// Against a search of the whole text after each byte. What is held back is just what may become a match.
  @Test(arguments: ["a", "ab", "abc"])
  func randomTexts(alphabet: String) throws {
    var random = SeededRandom(seed: UInt64(alphabet.utf8.count))
    let letters = Array(alphabet.utf8)
    var stops = 0
    for _ in 0..<1500 {
      let strings = (0..<random.next() % 4).map { _ in
        String(decoding: random.bytes(1 + Int(random.next() % 6), of: letters), as: UTF8.self)
      }
      let text = random.bytes(Int(random.next() % 30), of: letters)
      let expected = textBeforeStop(text, strings)
      var stream = try StopStrings(strings)
      var (shown, taken) = ([UInt8](), [UInt8]())
      for piece in random.pieces(of: text) {
        shown += stream.append(piece)
        taken += piece
        let before = textBeforeStop(taken, strings)
        #expect(stream.isStopped == (before != nil))
        #expect(shown == before ?? certain(taken, strings))
      }
      shown += stream.finish()
      #expect(shown == expected ?? text)
      stops += expected == nil ? 0 : 1
    }
    #expect(stops > 500 && stops < 1500)
  }

  /// The text up to the longest end of it that a stop string begins with.
  private func certain(_ text: [UInt8], _ strings: [String]) -> [UInt8] {
    let start = text.indices.first { start in
      strings.contains { $0.utf8.starts(with: text[start...]) }
    }
    return Array(text[..<(start ?? text.count)])
  }

  /// What comes out, piece by piece and then at the end.
  private func shown(_ strings: [String], _ pieces: [String]) throws -> [String] {
    var stream = try StopStrings(strings)
    let shown = pieces.map { stream.append($0.utf8) } + [stream.finish()]
    return shown.map { String(decoding: $0, as: UTF8.self) }
  }
}
