import GPT2Kernels
import Testing
import GPT2Transformer

@testable import GPT2Generation

/// Which pages are found again, and which go.
@Suite struct PromptPagesTests {
  private let pool: KeyValuePool

  init() throws {
    pool = try KeyValuePool(
      Configuration(maximumSequenceLength: 200, vocabularySize: 300, layers: 1, heads: 1, channels: 16),
      format: .fp32)
  }

  private func pages(_ count: Int) throws -> [KeyValuePage] { try (0..<count).map { _ in try pool.page() } }

  private func same(_ found: [KeyValuePage], _ expected: [KeyValuePage]) -> Bool {
    found.map(ObjectIdentifier.init) == expected.map(ObjectIdentifier.init)
  }

  @Test func theLongestKnownBeginning() throws {
    var known = PromptPages(limit: 10)
    let tokens = (0..<100).map { Int32($0) }
    let stored = try pages(3)
    known.add(stored[...], of: tokens)
    #expect(same(known.pages(of: tokens), stored))
    #expect(same(known.pages(of: tokens.prefix(95)), Array(stored[..<2])), "no part of a page")
    #expect(known.pages(of: tokens.prefix(31)).isEmpty)
    var other = tokens
    other[40] = 200
    #expect(same(known.pages(of: other), Array(stored[..<1])))
    other[0] = 200
    #expect(known.pages(of: other).isEmpty, "the same tokens behind others are others")
    #expect(known.pages(of: tokens.dropFirst(32)).isEmpty)
  }

  /// The same beginning read twice is kept once.
  @Test func aBeginningIsKeptOnce() throws {
    var known = PromptPages(limit: 10)
    let (first, second) = (try pages(2), try pages(2))
    let tokens = (0..<64).map { Int32($0) }
    known.add(first[...], of: tokens)
    known.add(second[...], of: tokens.prefix(32) + tokens.prefix(32))
    #expect(known.count == 3)
    #expect(same(known.pages(of: tokens.prefix(32) + tokens.prefix(32)), [first[0], second[1]]))
  }

  /// What was not used for the longest time goes first, and the end of a prompt before its beginning.
  @Test func theLeastRecentlyUsedGo() throws {
    var known = PromptPages(limit: 3)
    let (a, b) = ([Int32](repeating: 1, count: 64), [Int32](repeating: 2, count: 64))
    known.add(try pages(2)[...], of: a)
    known.add(try pages(2)[...], of: b)
    #expect(known.count == 3 && known.pages(of: a).count == 1 && known.pages(of: b).count == 2)
    known.add(try pages(2)[...], of: [Int32](repeating: 3, count: 64))
    #expect(known.pages(of: a).isEmpty && known.pages(of: b).count == 1)
    #expect(pool.byteCount == 3 * pool.shape.pageBytes)
    var none = PromptPages(limit: 0)
    none.add(try pages(2)[...], of: a)
    #expect(none.count == 0)
  }
}
