import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

/// Decoding gives back what was encoded, whatever it was, and long input takes linear time or nearly so.
struct RoundTripTests {
  #if DEBUG
    // Unoptimised code is some 50 times slower.
    private let length = 100_000
  #else
    private let length = 1_000_000
  #endif

  private func expectRoundTrip(_ bytes: [UInt8], _ comment: Comment? = nil) throws {
    let tokenizer = try Fixtures.smallTokenizer()
    let isSame = try tokenizer.decode(tokenizer.encode(bytes)) == bytes
    #expect(isSame, comment)
  }

  @Test func everyByteAndPairOfBytes() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    for first in UInt8.min...UInt8.max {
      #expect(try tokenizer.decode(tokenizer.encode([first])) == [first])
      // One text of all the pairs with this first byte.
      let pairs = (UInt8.min...UInt8.max).flatMap { [first, $0] }
      #expect(try tokenizer.decode(tokenizer.encode(pairs)) == pairs)
    }
  }

  @Test func randomBytes() throws {
    var random = SeededRandom(seed: 1)
    try expectRoundTrip((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }

  @Test func randomUnicode() throws {
    var random = SeededRandom(seed: 2)
    var text = ""
    while text.utf8.count < length {
      let limit: UInt64 = random.next() % 2 == 0 ? 0x500 : 0x11_0000
      if let scalar = Unicode.Scalar(UInt32(random.next() % limit)) { text.unicodeScalars.append(scalar) }
    }
    try expectRoundTrip(Array(text.utf8))
  }

  @Test(arguments: ["a", " ", "\n", " \n", "=", "7", "é", "世", "🙂", "ab", "the", "'s", "\u{3000}"])
  func longRuns(unit: String) throws {
    let bytes = Array(String(repeating: unit, count: length / unit.utf8.count).utf8)
    let clock = ContinuousClock()
    let time = try clock.measure { try expectRoundTrip(bytes, "\(unit)") }
    // A quadratic pass over a megabyte would take minutes.
    #expect(time < .seconds(10))
  }

  /// tiktoken stops at stack overflow here: its answer for shorter runs, continued.
  @Test func aLongRunEndsLikeAShortOne() throws {
    let tokenizer = try Fixtures.smallTokenizer()
    let end = Array("\n x".utf8)
    let tokens = try tokenizer.encode([UInt8](repeating: 32, count: length) + end)
    #expect(try tokens.suffix(2) == tokenizer.encode("\n x").suffix(2))
  }

  /// Each is cut off or broken in its own way; a byte that belongs to no character is a symbol.
  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x99],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80], [0xFF, 0xFE], [0x20, 0xFF, 0x20, 0x61], [0x61, 0xC3, 0x61],
    ] as [[UInt8]])
  func brokenUTF8(bytes: [UInt8]) throws {
    let tokenizer = try Fixtures.smallTokenizer()
    #expect(try tokenizer.decode(tokenizer.encode(bytes)) == bytes)
    let surrounded = Array("the ".utf8) + bytes + Array("the".utf8)
    #expect(try tokenizer.decode(tokenizer.encode(surrounded)) == surrounded)
  }

  @Test func nothing() throws {
    for tokenizer in [try Fixtures.smallTokenizer(), .byteLevel] {
      #expect(try tokenizer.encode("").isEmpty)
      #expect(try tokenizer.encode([UInt8]()).isEmpty)
      #expect(tokenizer.decode([]).isEmpty)
    }
  }
}
