import Foundation
import Testing

@testable import GPT2TextFormatting

@Suite struct DisplayWidthTests {
  /// By Python's unicodedata: dev/reference/make_display_widths.py.
  @Test func ofEveryCharacter() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/display_widths.txt")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 1000)
    for line in lines {
      let fields = line.split(separator: " ")
      let (first, last) = (
        try #require(UInt32(fields[0], radix: 16)), try #require(UInt32(fields[1], radix: 16))
      )
      let columns = try #require(Int(fields[2]))
      // Unicode 16 made U+1171E a spacing mark; Python's may be of an earlier one.
      for value in first...last where value != 0x1171E {
        let scalar = try #require(Unicode.Scalar(value))
        if String(scalar).displayWidth != columns {
          Issue.record("\(String(value, radix: 16)): not \(columns) but \(String(scalar).displayWidth)")
        }
      }
    }
  }

  @Test(arguments: [
    ("plain.txt", 9), ("世界.txt", 8), ("e\u{301}t\u{E9}", 3), ("🙂", 2), ("ｆｕｌｌ", 8), ("a\u{200B}b", 2),
    ("", 0),
  ])
  func ofTexts(text: String, columns: Int) { #expect(text.displayWidth == columns) }

  @Test(arguments: [
    ("plain", 5, "plain", "plain"), ("plain", 4, "pla…", "…ain"), ("世界の本", 8, "世界の本", "世界の本"),
    // Half a character is none.
    ("世界の本", 6, "世界…", "…の本"), ("世界の本", 7, "世界の…", "…界の本"),
    ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…", "…e\u{301}"),
    ("plain", 1, "…", "…"), ("plain", 0, "", ""), ("", 0, "", ""),
  ])
  func cutToColumns(text: String, columns: Int, beginning: String, ending: String) {
    #expect(text.beginning(columns: columns) == beginning)
    #expect(text.ending(columns: columns) == ending)
  }
}
