import TestSupport
import Testing

@testable import Training

/// Against a /proc and a /sys made for the purpose.
@Suite struct AvailableMemoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func writeMeminfo() throws {
    try directory.write("MemTotal:  300 kB\nMemFree:  7 kB\nMemAvailable:     200 kB\n", to: "proc/meminfo")
  }

  private var bytes: Int? { AvailableMemory.bytes(root: directory.path) }

  @Test func thisMachineHasSome() throws {
    #expect(try #require(AvailableMemory.bytes) > 1 << 20)
  }

  @Test func withoutAGroupItIsWhatTheKernelSays() throws {
    try writeMeminfo()
    #expect(bytes == 200 * 1024)
    // A group of version 1 is not looked at.
    try directory.write("4:memory:/some/group\n", to: "proc/self/cgroup")
    try directory.write("4096\n", to: "sys/fs/cgroup/memory.max")
    #expect(bytes == 200 * 1024)
  }

  @Test func theLowestLimitOfTheGroupsItIsInCounts() throws {
    try writeMeminfo()
    try directory.write("4:memory:/x\n0::/user/run\n", to: "proc/self/cgroup")
    #expect(bytes == 200 * 1024, "no limits")
    try directory.write("max\n", to: "sys/fs/cgroup/user/run/memory.max")
    #expect(bytes == 200 * 1024)
    try directory.write("150000\n", to: "sys/fs/cgroup/user/memory.max")
    #expect(bytes == 150_000)
    try directory.write("90000\n", to: "sys/fs/cgroup/user/run/memory.max")
    #expect(bytes == 90_000)
    try directory.write("9000000\n", to: "sys/fs/cgroup/user/run/memory.max")
    #expect(bytes == 150_000)
  }

  @Test func aContainersOwnRootHasItsLimit() throws {
    try writeMeminfo()
    try directory.write("0::/\n", to: "proc/self/cgroup")
    try directory.write("4096\n", to: "sys/fs/cgroup/memory.max")
    #expect(bytes == 4096)
  }

  @Test func withoutAnyOfItItIsAllThatTheMachineHas() throws {
    #expect(try #require(bytes) >= #require(AvailableMemory.bytes))
  }
}
