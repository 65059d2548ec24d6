import GPT2RandomNumbers
import Testing

struct MersenneTwisterStateTests {
  @Test(arguments: [0, 1, 5, 623, 624, 625, 10_000])
  func goesOnFromASavedState(draws: Int) {
    var twister = MersenneTwister(seed: 137)
    for _ in 0..<draws { _ = twister.nextUInt32() }

    let bytes = twister.stateBytes
    #expect(bytes.count == 2520)
    #expect(MersenneTwister(stateBytes: bytes) == twister)
    let (left, next, words) = (twister.left, twister.next, twister.words)
    #expect(MersenneTwister(seed: 137, left: left, next: next, words: words) == twister)

    var resumed = MersenneTwister(stateBytes: bytes)
    #expect(resumed?.nextUInt32() == twister.nextUInt32())
  }

  /// From a C program that includes llm.c's `llmc/rand.h`: after 10,000 draws left is 609 and next 16.
  @Test func countersAreThoseOfC() {
    var twister = MersenneTwister(seed: 5489)
    #expect((twister.left, twister.next) == (1, 0))
    for _ in 0..<10_000 { _ = twister.nextUInt32() }
    #expect((twister.left, twister.next) == (609, 16))
  }

  @Test func layout() {
    let bytes = MersenneTwister(seed: 0x0102_0304).stateBytes
    #expect(bytes[..<20] == [4, 3, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1])
    #expect(bytes[2512...] == [0, 0, 0, 0, 0xDF, 0xB0, 0x08, 0x99])
  }

  /// llm.c leaves its seed field as it finds it.
  @Test func anySeedFieldIsTaken() {
    var bytes = MersenneTwister(seed: 1).stateBytes
    for index in 0..<8 { bytes[index] = 0xEE }
    #expect(MersenneTwister(stateBytes: bytes)?.seed == 0xEEEE_EEEE_EEEE_EEEE)
  }

  @Test(arguments: [(0, 0), (-1, 0), (2, 0), (624, 0), (625, 0), (624, 2), (1, 623), (1, 625), (.min, .max)])
  func impossibleCountersAreRefused(left: Int32, next: UInt32) {
    let words = [UInt32](repeating: 1, count: 624)
    #expect(MersenneTwister(seed: 1, left: left, next: next, words: words) == nil)
  }

  @Test(arguments: [0, 1, 623, 625])
  func wrongNumberOfWordsIsRefused(count: Int) {
    #expect(MersenneTwister(seed: 1, left: 1, next: 0, words: .init(repeating: 1, count: count)) == nil)
  }

  @Test(arguments: [0, 1, 2519, 2521])
  func wrongNumberOfBytesIsRefused(count: Int) {
    #expect(MersenneTwister(stateBytes: [UInt8](repeating: 0, count: count)) == nil)
  }

  @Test func wrongMatrixIsRefused() {
    var bytes = MersenneTwister(seed: 1).stateBytes
    bytes[2516] ^= 1
    #expect(MersenneTwister(stateBytes: bytes) == nil)
  }
}
