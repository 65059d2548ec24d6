import Foundation
import GPT2Platform
import Testing

@Suite struct SpareThreadsTests {
  @Test(arguments: [0, 1, 7]) func asManyAsAreAskedFor(limit: Int) {
    #expect(SpareThreads.count(upTo: limit) == limit)
  }

  #if os(Linux) && compiler(>=6.2)
    /// In a process of its own, which has no memory for the stacks of all.
    @Test func asManyAsTheSystemStarts() async {
      await #expect(processExitsWith: .success) {
        #expect(SpareThreads.count(upTo: 2) == 2)
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let size = status.split(separator: "\n").first { $0.hasPrefix("VmSize:") }
        let kibibytes = try #require(
          size?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
        // Some stacks of 8 MiB, and far from a hundred.
        let limit = rlim_t(kibibytes + 100 << 10) << 10
        var limits = rlimit(rlim_cur: limit, rlim_max: limit)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0)
        let count = SpareThreads.count(upTo: 100)
        #expect(count < 100)
        #expect(SpareThreads.count(upTo: 100) >= count, "they have ended")
      }
    }
  #endif
}
