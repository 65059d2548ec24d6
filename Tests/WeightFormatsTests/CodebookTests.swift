import Foundation
import TestSupport
import Testing

@testable import GPT2WeightFormats

/// All points of all codebooks against those of ggml's Python package: dev/reference/make_codebooks.py.
@Suite struct CodebookTests {
  @Test func pointsAreGGMLs() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("codebooks.bin")))
    var rest = data.map { Int(Int8(bitPattern: $0)) }[...]
    // Of each: points, values of a point, and what a value times `factor` plus `offset` is here.
    let books: [(Codebook, Int, values: Int, factor: Int, offset: Int)] = [
      (.iq1, 2048, 8, 8, 8), (.iq2_xxs, 256, 8, 1, 0), (.iq2_xs, 512, 8, 1, 0), (.iq2_s, 1024, 8, 1, 0),
      (.iq3_xxs, 256, 4, 2, 0), (.iq3_s, 512, 4, 1, 0),
    ]
    for (book, count, values, factor, offset) in books {
      #expect(book.points.count == count)
      let expected = rest.prefix(count * values).map { factor * $0 + offset }
      let found = book.points.flatMap { point in
        (0..<values).map { Int(point >> UInt64(8 * $0) & 0xFF) }
      }
      #expect(found == expected)
      #expect(values == 8 || book.points.allSatisfy { $0 >> 32 == 0 })
      rest = rest.dropFirst(count * values)
    }
    #expect(rest.isEmpty)
  }

  /// All signs, and levels from the least to the largest, by the formula for each value alone.
  @Test(arguments: [16, 128])
  func eightCodesAtOnce(offset: Int) {
    let levels = [1, 2, 3, offset / 2, offset / 2 + 1, offset - 3, offset - 2, offset - 1]
    let bytes = levels.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
    BlockParts.withTemporary(values: 32) { parts in
      for signs in 0..<256 {
        parts.setEight(at: 8, levels: bytes, signs: UInt8(signs), offset: offset)
        let expected = levels.enumerated().map { offset + (signs >> $0 & 1 == 1 ? -$1 : $1) }
        #expect((8..<16).map { Int(parts.codes[$0]) } == expected)
      }
      #expect([7, 16].allSatisfy { parts.codes[$0] == 0 })
    }
  }

  /// ggml's `ksigns_iq2xs`: its first values, and the rule by which it was made.
  @Test func theEighthSign() {
    #expect((0..<8).map { BlockParts.signs($0) } == [0x00, 0x81, 0x82, 0x03, 0x84, 0x05, 0x06, 0x87])
    for seven in UInt8(0)..<128 {
      let signs = BlockParts.signs(seven)
      #expect(signs & 0x7F == seven && signs.nonzeroBitCount % 2 == 0)
    }
  }
}
