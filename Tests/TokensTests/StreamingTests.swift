import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Tokens

/// Blocks of any size on any number of threads give the tokens of each document encoded as a whole. What the
/// documents are is written here once more, as plainly as can be.
struct StreamingTests {
  private let directory: TemporaryDirectory
  private let tokenizer: Tokenizer

  init() throws {
    directory = try TemporaryDirectory()
    tokenizer = try Fixtures.smallTokenizer()
  }

  /// Words, contractions, white space of all kinds and in long runs, CJK, emoji, and bytes that are no UTF-8.
  private static let units: [[UInt8]] =
    [
      "the", " king", " don't", "'s", "'", " ", "  ", "\n", "\n\n", "\r\n", "\t", "12", ",", ".", "—", "é",
      "\u{3000}", "世界", "。", "🙂", "    \n", "\n\n\n", "a\u{301}", "''re", "\r",
    ].map { Array($0.utf8) } + [[0xE4, 0xB8], [0xFF], [0x80], [0], Array(repeating: 97, count: 70)]

  private func randomText(_ random: inout SeededRandom, units count: Int) -> [UInt8] {
    (0..<count).flatMap { _ in Self.units[Int.random(in: 0..<Self.units.count, using: &random)] }
  }

  /// The documents' tokens, each after end-of-text.
  private func tokens(of documents: [[UInt8]]) throws -> [UInt16] {
    try documents.flatMap { [tokenizer.endOfText] + (try tokenizer.encode($0)) }.map { UInt16($0) }
  }

  private func sections(_ text: [UInt8]) -> [[UInt8]] {
    var sections: [[UInt8]] = [[]]
    var rest = text[...]
    while let byte = rest.first {
      if rest.starts(with: [10, 10]) {
        sections[sections.count - 1] += [10, 10]
        sections.append([])
        rest = rest.dropFirst(2)
      } else {
        sections[sections.count - 1].append(byte)
        rest = rest.dropFirst()
      }
    }
    return sections
  }

  private func lines(_ text: [UInt8]) -> [[UInt8]] {
    let parts = text.split(separator: 10, omittingEmptySubsequences: false)
    // Only a line that has an end has a carriage return before it.
    let ended = parts.dropLast().map { Array($0.last == 13 ? $0.dropLast() : $0) }
    return (ended + [Array(parts[parts.count - 1])]).filter { !$0.isEmpty }
  }

  /// - Parameter documents: What each file's documents are.
  private func expectSame(
    _ texts: [[UInt8]], _ separation: DocumentSeparation, documents: ([UInt8]) -> [[UInt8]]
  ) throws {
    let paths = try texts.enumerated().map { try directory.write($1, to: "\($0)") }
    let expected = try tokens(of: texts.flatMap(documents))
    for (blockSize, threads) in [(1, 1), (2, 5), (3, 2), (7, 1), (64, 2), (1000, 5), (1 << 18, 2)] {
      let found = try Stream(
        paths: paths, documents: separation, reading: .raw, tokenizer: tokenizer, blockSize: blockSize,
        threads: threads)
      let isSame = found.tokens == expected
      #expect(isSame, "blocks of \(blockSize), \(threads) threads")
      #expect(found.documents == texts.flatMap(documents).count)
      #expect(found.files == texts.count)
      if blockSize == 7, texts.count > 1 { #expect(found.blocks > 50) }
    }
  }

  @Test(arguments: [1, 2, 3])
  func sectionsUpToBlankLines(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let texts = [0, 400, 1, 60].map { randomText(&random, units: $0) }
    try expectSame(texts, .blankLine, documents: sections)
  }

  @Test(arguments: [4, 5, 6])
  func lines(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let texts = [0, 400, 1, 60].map { randomText(&random, units: $0) }
    try expectSame(texts, .line, documents: lines)
  }

  @Test(arguments: [7, 8])
  func wholeFiles(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let texts = [0, 400, 1, 60].map { randomText(&random, units: $0) }
    try expectSame(texts, .file) { [$0] }
  }

  /// Python: "|" before each line of text.replace("\\r\\n", "\\n").split("\\n") that is not empty.
  @Test(arguments: [
    ("", ""), ("\n", ""), ("a", "|a"), ("a\n", "|a"), ("a\nb\r\nc\n\n", "|a|b|c"), ("\r\n\r\na", "|a"),
    ("a\rb\n", "|a\rb"), ("a\r", "|a\r"), (" \n b", "| | b"), ("a b\nc d", "|a b|c d"),
  ])
  func linesByHand(text: String, expected: String) throws {
    let path = try directory.write(Array(text.utf8), to: "text")
    for blockSize in [1, 2, 1000] {
      let found = try Stream(paths: [path], documents: .line, reading: .raw, blockSize: blockSize)
      #expect(found.tokens == expected.utf8.map { $0 == UInt8(ascii: "|") ? 256 : UInt16($0) })
    }
  }

  /// A run without a cut is held as a whole, and what is around it is not lost.
  @Test func oneLongPieceAmongBlocks() throws {
    let text =
      Array("the king ".utf8) + [UInt8](repeating: 97, count: 500)
      + Array(String(repeating: " and 's", count: 200).utf8)
    try expectSame([text], .blankLine, documents: sections)
    let path = try directory.write(text, to: "text")
    let found = try Stream(paths: [path], tokenizer: tokenizer, blockSize: 64)
    #expect((3...40).contains(found.blocks))
  }

  @Test func aLongTextIsReadInBlocks() throws {
    let text = String(repeating: "to be or not. ", count: 5000)
    let path = try directory.write(Array(text.utf8), to: "text")
    let found = try Stream(paths: [path], blockSize: 1000)
    #expect((70...72).contains(found.blocks))
    #expect(found.tokens.count == 70_001)
  }
}
