import GPT2RandomNumbers
import Testing

/// Expected values: the comment at the head of llm.c's `llmc/rand.h`, and what a C program that includes that
/// file printed (gcc -O1, glibc 2.36).
struct MersenneTwisterTests {
  @Test func integersAreTorchs() {
    var twister = MersenneTwister(seed: 137)
    let drawn = (0..<5).map { _ in twister.nextUInt32() }
    #expect(drawn == [4_053_805_790, 2_173_880_614, 380_293_709, 1_237_255_315, 2_986_595_568])
  }

  /// 4123659995 is also what the C++ standard requires of `mt19937` (26.5.5, [rand.predef]).
  @Test(arguments: [(UInt32(5489), UInt32(4_123_659_995)), (42, 1_399_405_940)])
  func tenThousandthDraw(seed: UInt32, expected: UInt32) {
    var twister = MersenneTwister(seed: seed)
    for _ in 1..<10_000 { _ = twister.nextUInt32() }
    #expect(twister.nextUInt32() == expected)
  }

  @Test func widerDraws() {
    var twister = MersenneTwister(seed: 42)
    #expect(twister.nextUInt64() == 6_909_045_637_428_952_499)
    #expect(twister.nextFloat() == 0.38286376)
    #expect(twister.nextDouble() == 0.67444550132462422)
  }

  @Test func permutations() {
    var twister = MersenneTwister(seed: 42)
    var few = (0..<Int32(10)).map { $0 }
    twister.permute(&few)
    #expect(few == [1, 3, 9, 7, 6, 0, 8, 4, 5, 2])

    var many = (0..<Int32(1000)).map { $0 }
    twister.permute(&many)
    #expect([many[0], many[1], many[999]] == [731, 123, 113])
    #expect(many.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) } == 2_289_000_686_932_273_490)
    #expect(twister.nextUInt32() == 2_940_898_011)
  }

  @Test(arguments: [0, 1])
  func permutingNothingDrawsNothing(count: Int32) {
    var twister = MersenneTwister(seed: 42)
    var values = (0..<count).map { $0 }
    twister.permute(&values)
    #expect(values.count == Int(count))
    #expect(twister == MersenneTwister(seed: 42))
  }

  /// A buffer is drawn in runs, which must leave the state as single draws do.
  @Test(arguments: [0, 1, 2, 15, 623, 624, 625, 1248, 5000])
  func fillingEqualsSingleDraws(count: Int) {
    for warmUp in [0, 1, 300, 623, 624, 625] {
      var single = MersenneTwister(seed: 7)
      for _ in 0..<warmUp { _ = single.nextUInt32() }
      var filling = single
      let expected = (0..<count).map { _ in single.nextFloat() }
      var drawn = [Float](repeating: .nan, count: count)
      drawn.withUnsafeMutableBufferPointer { filling.fillUniform($0, from: 0, to: 1) }
      #expect(drawn == expected)
      #expect(filling == single)
    }
  }
}
