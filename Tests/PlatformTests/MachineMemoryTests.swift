import TestSupport
import Testing

@testable import GPT2Platform

/// Against a /proc and a /sys made for the purpose.
@Suite struct MachineMemoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func writeMeminfo() throws {
    try directory.write("MemTotal:  300 kB\nMemFree:  7 kB\nMemAvailable:     200 kB\n", to: "proc/meminfo")
  }

  private var bytes: Int? { MachineMemory.available(root: directory.path) }

  @Test func thisMachineHasSome() throws {
    #expect(try #require(MachineMemory.available) > 1 << 20)
  }

  @Test func withoutAGroupItIsWhatTheKernelSays() throws {
    try writeMeminfo()
    #expect(bytes == 200 * 1024)
    // Version 2's file means nothing where the process is in no group of it.
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

  /// Version 1: a tree of groups a controller, and a number that no machine has where there is no limit.
  @Test func theLimitsOfVersion1Count() throws {
    try writeMeminfo()
    try directory.write("11:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/y\n", to: "proc/self/cgroup")
    let folder = "sys/fs/cgroup/memory"
    try directory.write("9223372036854771712\n", to: "\(folder)/memory.limit_in_bytes")
    #expect(bytes == 200 * 1024)
    try directory.write("150000\n", to: "\(folder)/docker/memory.limit_in_bytes")
    #expect(bytes == 150_000)
    try directory.write("90000\n", to: "\(folder)/docker/abc/memory.limit_in_bytes")
    #expect(bytes == 90_000)
  }

  /// Inside a container the path is often that outside of it, and its own limit at the top.
  @Test func aContainersOwnRootHasItsLimitInVersion1() throws {
    try writeMeminfo()
    try directory.write("4:memory:/kubepods/pod1\n", to: "proc/self/cgroup")
    try directory.write("70000\n", to: "sys/fs/cgroup/memory/memory.limit_in_bytes")
    #expect(bytes == 70_000)
  }

  @Test func whatNoMachineHasIsNotThere() {
    #expect(MachineMemory.has(1 << 10))
    #expect(!MachineMemory.has(.max))
  }

  @Test func withoutAnyOfItItIsAllThatTheMachineHas() throws {
    #expect(try #require(bytes) >= #require(MachineMemory.available))
  }
}
