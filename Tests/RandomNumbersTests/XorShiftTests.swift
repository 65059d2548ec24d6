import GPT2RandomNumbers
import Testing

/// Expected values: what a C program that includes llm.c's `llmc/sampler.h` printed.
struct XorShiftTests {
  @Test func integers() {
    var generator = XorShift(state: 1337)
    let drawn = (0..<6).map { _ in generator.nextUInt32() }
    #expect(
      drawn == [
        989_205_090, 818_269_915, 1_335_155_955, 3_876_892_996, 2_941_700_015, 1_322_121_497,
      ])
    #expect(generator.state == 747_539_383_074_521_221)
  }

  @Test func floats() {
    var generator = XorShift(state: 1337)
    let drawn = (0..<6).map { _ in generator.nextFloat() }
    #expect(drawn == [0.230317235, 0.19051826, 0.310865164, 0.902659476, 0.684917867, 0.307830393])
  }

  @Test func largestState() {
    var generator = XorShift(state: .max)
    let drawn = (0..<3).map { _ in generator.nextUInt32() }
    #expect(drawn == [4_180_462_053, 2_415_166_680, 879_531_507])
    #expect(generator.state == 5_758_697_399_176_404_478)
  }

  @Test func zeroNeverMoves() {
    var generator = XorShift(state: 0)
    #expect(generator.nextUInt32() == 0)
    #expect(generator == XorShift(state: 0))
  }
}
