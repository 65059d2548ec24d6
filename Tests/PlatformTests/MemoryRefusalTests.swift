import GPT2Platform
import TestSupport
import Testing

/// How a process ends that gets no memory, in a process of its own.
@Suite struct MemoryRefusalTests {
  #if os(Linux) && compiler(>=6.2)
    private static let line = "not enough memory: the system refused 4096 bytes for a test"

    @Test func aCommandEndsAsOfAnyError() async {
      let result = await #expect(
        processExitsWith: .exitCode(2), observing: [\.standardErrorContent]
      ) {
        MemoryRefusal.endsCommand()
        MemoryRefusal.end(4096, for: "a test")
      }
      let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(said.contains(Self.line) && said.split(separator: "\n").count == 1, "\(said)")
    }

    /// Whoever has the library in a program sees what it is, and no exit code of ours.
    @Test func anotherProgramTraps() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        MemoryRefusal.end(4096, for: "a test")
      }
      let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(said.contains(Self.line), "\(said)")
      #expect(result?.exitStatus != ExitStatus.exitCode(2))
    }
  #endif
}
