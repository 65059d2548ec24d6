import BinaryFiles
import Testing

@Suite struct ByteCountTests {
  @Test func ordinarySizesAreMultipliedAndAdded() {
    #expect((ByteCount(50304) * 768 * 4 + 1024).value == 154_534_912)
    #expect((ByteCount(3) * 5 + ByteCount(7) * 11).value == 92)
    #expect((ByteCount(.max) * 0).value == 0)
    #expect((ByteCount(.max - 1) + 1).value == .max)
  }

  @Test func overflowIsNil() {
    #expect((ByteCount(.max) + 1).value == nil)
    #expect((ByteCount(1 << 32) * (1 << 31)).value == nil)
    #expect((ByteCount(.max) + ByteCount(1)).value == nil)
    #expect((ByteCount(.min) + -1).value == nil)
    #expect((ByteCount(.min) * -1).value == nil)
  }

  /// What overflowed once stays so, even where wrapping arithmetic would come back into range.
  @Test func overflowStays() {
    let lost = ByteCount(1 << 62) * 4
    #expect((lost * 0).value == nil)
    #expect((lost + 1).value == nil)
    #expect((lost + ByteCount(1)).value == nil)
    #expect((ByteCount(1) + lost).value == nil)
    #expect((lost + lost).value == nil)
  }
}
