import Foundation
import GPT2Platform
import Testing

/// Every path is one text, and every such text its path.
@Suite struct PathTextTests {
  @Test func anyBytesAreHadBack() {
    var generator = SystemRandomNumberGenerator()
    var texts: [[UInt8]: [UInt8]] = [:]
    // Of bytes that are parts of characters, and of those that the encoding itself uses.
    let pieces: [[UInt8]] = [
      [0x2F], [0x41], [0xC3, 0xA9], [0xC3], [0xA9], [0xE2, 0x82, 0xAC], [0xE2, 0x82],
      [0xF4, 0x8F, 0xB8, 0x80],
      [0xF4, 0x8F, 0xBB, 0xBF], [0xF4, 0x8F, 0xBA, 0x80], [0xF4, 0x8F], [0xED, 0xA0, 0x80], [0xFF],
      [0xC0, 0x80],
      [0xCC, 0x81], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ]
    for _ in 0..<20_000 {
      let isRandom = Bool.random(using: &generator)
      let bytes = (0..<Int.random(in: 0...8, using: &generator)).flatMap { _ in
        isRandom
          ? [UInt8.random(in: 1...255, using: &generator)] : pieces.randomElement(using: &generator) ?? []
      }
      let text = PathText.text(of: bytes)
      #expect(PathText.bytes(of: text) == bytes)
      #expect(texts.updateValue(bytes, forKey: Array(text.utf8)) ?? bytes == bytes, "two paths, one text")
    }
  }

  /// As another implementation tells what is UTF-8.
  @Test func whatIsUTF8StaysAsItIs() {
    for text in ["", "a/b", "größe", "e\u{301}/\u{301}", "🙂", "\u{10FE7F}\u{10FF00}\u{10FFFD}", "\u{FFFD}"] {
      #expect(Array(PathText.text(of: Array(text.utf8)).utf8) == Array(text.utf8))
      #expect(PathText.printable(text) == text)
    }
  }

  @Test func aByteIsShownByItsNumber() {
    #expect(PathText.printable(PathText.text(of: [0x61, 0xE9, 0x2F, 0xC3, 0xA9, 0x80])) == "a\\xE9/é\\x80")
    #expect(PathText.printable("\u{10FEE9}") == "\\xE9")
    // A character that is used for that, in a name of its own, is four bytes.
    let own = PathText.text(of: Array("\u{10FEE9}".utf8))
    #expect(PathText.printable(own) == "\\xF4\\x8F\\xBB\\xA9")
    #expect(PathText.repaired("a\u{10FEE9}") == "a\u{FFFD}")
  }

  @Test func aZeroIsNoPath() {
    #expect(PathText.characters(of: "a\0b") == nil)
    #expect(PathText.characters(of: "a\u{10FEFF}") == [0x61, -1, 0])
    errno = 0
    #expect(FileSystem.open("/dev/null\0x", O_RDONLY) == -1)
    #expect(errno == EINVAL)
    #expect(!FileSystem.rename("/nowhere", to: "a\0"))
    #expect(errno == EINVAL)
  }

  @Test func childProcessesGetTheBytes() throws {
    let word = PathText.text(of: [0x61, 0xE9, 0xC3, 0xA9])
    let process = try ChildProcess("sh", ["-c", "printf %s \"$1\" | od -An -tx1", "sh", word])
    while process.ended() == nil { usleep(1000) }
    #expect(process.printed.output.split(separator: " ").joined(separator: " ") == "61 e9 c3 a9\n")
    #expect(throws: ChildProcess.StartError.self) { try ChildProcess("sh", ["-c", "true\0false"]) }
  }
}
