import TestSupport
import Testing
import GPT2Tokens

struct UTF8StreamTests {
  /// What comes out, piece by piece and then at the end.
  private func stream(_ pieces: [[UInt8]]) -> [String] {
    var stream = UTF8Stream()
    return pieces.map { stream.append($0) } + [stream.finish()]
  }

  @Test func holdsBackHalfACharacter() {
    #expect(stream([[0xC3], [0xA9]]) == ["", "é", ""])
    #expect(stream([[0x61, 0xE4], [0xB8], [0x96, 0x62]]) == ["a", "", "世b", ""])
    #expect(stream([[0xF0], [0x9F], [0x99], [0x82]]) == ["", "", "", "🙂", ""])
  }

  @Test func replacesWhatCanBecomeNoCharacter() {
    #expect(stream([[0x80]]) == ["\u{FFFD}", ""])
    #expect(stream([[0xFF, 0x61]]) == ["\u{FFFD}a", ""])
    #expect(stream([[0xC0], [0x80]]) == ["\u{FFFD}", "\u{FFFD}", ""])
    #expect(stream([[0xE2, 0x82], [0x61]]) == ["", "\u{FFFD}a", ""])
    // A surrogate: its second byte rules the first one out at once.
    #expect(stream([[0xED], [0xA0], [0x80]]) == ["", "\u{FFFD}\u{FFFD}", "\u{FFFD}", ""])
  }

  @Test func flushesWhatIsUnfinished() {
    #expect(stream([[0x61, 0xC3]]) == ["a", "\u{FFFD}"])
    #expect(stream([[0xF0, 0x9F, 0x99]]) == ["", "\u{FFFD}"])
    #expect(stream([]) == [""])
    #expect(stream([[]]) == ["", ""])
  }

  /// Any cutting of any bytes gives the same text as all at once.
  @Test func cuttingMakesNoDifference() {
    var random = SeededRandom(seed: 3)
    let lively: [UInt8] = [97, 0xC3, 0xA9, 0xE4, 0xB8, 0x96, 0xF0, 0x9F, 0x99, 0x82, 0xED, 0xA0, 0xFF, 0x80]
    for _ in 0..<500 {
      let bytes = (0..<20).map { _ in lively[Int(random.next() % 14)] }
      var pieces: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int(random.next() % 4)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(stream(pieces).joined() == String(decoding: bytes, as: UTF8.self))
    }
  }
}
