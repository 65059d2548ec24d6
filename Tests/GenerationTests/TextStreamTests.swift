import GPT2Generation
import TestSupport
import Testing

@Suite struct TextStreamTests {
  private let text = "né 世界🙂, e\u{301}nd."

  /// One cut everywhere, and then two: every step shows a beginning of the text, and all of it in the end.
  @Test func charactersCutEverywhere() throws {
    let bytes = Array(text.utf8)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var stream = try TextStream()
        var shown = ""
        for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
          shown += stream.append(piece)
          #expect(text.unicodeScalars.starts(with: shown.unicodeScalars))
        }
        #expect(stream.finish() == "" && shown == text)
      }
    }
  }

  /// The same with a stop string of characters of several bytes, of which another shares the first bytes.
  @Test(arguments: ["界🙂", "🙂", "é", "世", "d.", "🙂, e"])
  func stopStringsCutEverywhere(stop: String) throws {
    let bytes = Array(text.utf8)
    let before = textBeforeStop(bytes, [stop]).map { String(decoding: $0, as: UTF8.self) }
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var stream = try TextStream(stopStrings: [stop, "🙃", "😀"])
        var shown = ""
        for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
          shown += stream.append(piece)
          #expect(before?.unicodeScalars.starts(with: shown.unicodeScalars) == true)
        }
        #expect(stream.isStopped)
        #expect(shown == before)
        #expect(stream.finish() == "" && stream.append([0x61]) == "")
      }
    }
  }

  @Test func byteByByte() throws {
    var stream = try TextStream(stopStrings: ["🙃"])
    // 🙂 and 🙃 differ in the last byte alone.
    #expect(Array("a🙂b".utf8).map { stream.append([$0]) } == ["a", "", "", "", "🙂", "b"])
    #expect(Array("é🙃b".utf8).map { stream.append([$0]) } == ["", "é", "", "", "", "", ""])
    #expect(stream.isStopped)
    #expect(stream.finish() == "")
  }

  @Test func halfACharacterAtTheEnd() throws {
    var stream = try TextStream(stopStrings: ["xyz"])
    #expect(stream.append([0x78, 0x79]) == "")
    #expect(stream.append([0xF0, 0x9F]) == "xy")
    #expect(stream.finish() == "\u{FFFD}")
  }

  @Test func halfACharacterBeforeAStopString() throws {
    var stream = try TextStream(stopStrings: ["x"])
    #expect(stream.append([0x61, 0xE4, 0xB8]) == "a")
    #expect(stream.append([0x78, 0x62]) == "\u{FFFD}")
    #expect(stream.isStopped)
    #expect(stream.finish() == "")
  }

  @Test func anEmptyStopStringIsRefused() {
    #expect(throws: StopStringError.empty(position: 1)) { try TextStream(stopStrings: [""]) }
  }

  /// Any cutting of any bytes, well-formed or not, shows the text before the stop string.
  @Test func cuttingMakesNoDifference() throws {
    var random = SeededRandom(seed: 7)
    let lively: [UInt8] = [97, 0xC3, 0xA9, 0xE4, 0xB8, 0x96, 0xF0, 0x9F, 0x99, 0x82, 0xED, 0xA0, 0xFF, 0x80]
    let strings = ["aé", "世", "🙂a", "aa"]
    var stops = 0
    for _ in 0..<2000 {
      var bytes = random.bytes(12, of: lively)
      if Bool.random(using: &random) {
        bytes += strings[Int(random.next() % 4)].utf8 + random.bytes(5, of: lively)
      }
      let before = textBeforeStop(bytes, strings)
      var stream = try TextStream(stopStrings: strings)
      var shown = random.pieces(of: bytes).map { stream.append($0) }.joined()
      #expect(stream.isStopped == (before != nil))
      shown += stream.finish()
      #expect(shown == String(decoding: before ?? bytes, as: UTF8.self))
      stops += before == nil ? 0 : 1
    }
    #expect(stops > 1000 && stops < 1900)
  }
}
