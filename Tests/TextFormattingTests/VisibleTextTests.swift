import Testing

@testable import GPT2TextFormatting

@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("plain, naïve 世界 👩‍👩‍👧 \\ '", "plain, naïve 世界 👩‍👩‍👧 \\ '"), ("a\tb\nc", "a\tb\nc"), ("", ""),
    ("\u{1B}[2J\u{7}", "\\u{1B}[2J\\u{07}"), ("a\rb\u{8}\0\u{7F}", "a\\rb\\u{08}\\0\\u{7F}"),
    ("\u{9B}31m\u{80}", "\\u{009B}31m\\u{0080}"), ("\u{A0}\u{200E}", "\u{A0}\u{200E}"),
    ("\u{202E}cod.exe\u{2069}\u{202A}\u{2066}", "\\u{202E}cod.exe\\u{2069}\\u{202A}\\u{2066}"),
  ])
  func whatATerminalObeysIsSpeltOut(text: String, visible: String) {
    #expect(text.visible == visible)
  }

  @Test func onOneLine() { #expect("a\nb\tc\u{1B}".visibleOnOneLine == "a\\nb\\tc\\u{1B}") }

  @Test func inJSON() {
    #expect("{\"a\":\"\u{9B}\u{202E}\"}\n".visibleJSON == "{\"a\":\"\\u009b\\u202e\"}\n")
  }

  @Test(
    arguments: [
      ([0x61, 0xFF, 0x62], "a\\xFFb"), ([0xC3, 0xA9, 0xC3], "é\\xC3"),
      ([0xE4, 0xB8, 0x96, 0x0A, 0x01], "世\\n\\u{01}"),
      ([0x80, 0x0F], "\\x80\\u{0F}"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"), ([], ""),
    ] as [([UInt8], String)])
  func bytesThatAreNoText(bytes: [UInt8], visible: String) {
    #expect(String(visible: bytes) == visible)
  }
}
