import GPT2BinaryFiles
import Testing

@Suite struct ByteCountTests {
  @Test func ordinarySizesAreMultipliedAndAdded() {
    #expect((CheckedCount(50304) * 768 * 4 + 1024).value == 154_534_912)
    #expect((CheckedCount(3) * 5 + CheckedCount(7) * 11).value == 92)
    #expect((CheckedCount(.max) * 0).value == 0)
    #expect((CheckedCount(.max - 1) + 1).value == .max)
  }

  @Test func overflowIsNil() {
    #expect((CheckedCount(.max) + 1).value == nil)
    #expect((CheckedCount(1 << 32) * (1 << 31)).value == nil)
    #expect((CheckedCount(.max) + CheckedCount(1)).value == nil)
    #expect((CheckedCount(.min) + -1).value == nil)
    #expect((CheckedCount(.min) * -1).value == nil)
  }

  /// What overflowed once stays so, even where wrapping arithmetic would come back into range.
  @Test func overflowStays() {
    let lost = CheckedCount(1 << 62) * 4
    #expect((lost * 0).value == nil)
    #expect((lost + 1).value == nil)
    #expect((lost + CheckedCount(1)).value == nil)
    #expect((CheckedCount(1) + lost).value == nil)
    #expect((lost + lost).value == nil)
  }
}
