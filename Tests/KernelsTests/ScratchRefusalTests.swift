import TestSupport
import Testing

@testable import GPT2Kernels

/// Memory that the system refuses in the middle of a kernel.
@Suite struct ScratchRefusalTests {
  #if os(Linux) && compiler(>=6.2)
    /// More than there are addresses. How the process ends then is `MemoryRefusal`'s.
    @Test func itEndsWithALine() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        Workers(count: 1).withScratch(1 << 45) { _ in }
      }
      let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(said.contains("not enough memory: the system refused \(1 << 47) bytes"), "\(said)")
    }
  #endif
}
