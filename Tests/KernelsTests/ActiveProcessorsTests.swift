import Foundation
import TestSupport
import Testing

@testable import GPT2Kernels

@Suite struct ActiveProcessorsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var count: Int { ActiveProcessors.count(root: directory.path) }

  @Test func withoutLimitsItIsWhatTheMachineHas() {
    #expect(count >= 1)
    #expect(count <= ProcessInfo.processInfo.processorCount)
    #expect(Workers.activeProcessorCount <= count)
  }

  @Test(arguments: [
    ("max 100000", nil), ("50000 100000", 1), ("100000 100000", 1), ("100001 100000", 2), ("x", nil),
  ])
  func aGroupsShareOfTimeIsRoundedUp(line: String, share: Int?) throws {
    let free = count
    try directory.write("0::/run\n", to: "proc/self/cgroup")
    try directory.write(line + "\n", to: "sys/fs/cgroup/run/cpu.max")
    #expect(count == min(free, share ?? free))
  }

  @Test func theSmallestShareOfTheGroupsItIsInCounts() throws {
    try directory.write("0::/user/run\n", to: "proc/self/cgroup")
    try directory.write("max 100000\n", to: "sys/fs/cgroup/user/run/cpu.max")
    try directory.write("30000 100000\n", to: "sys/fs/cgroup/user/cpu.max")
    #expect(count == 1)
  }

  @Test(arguments: [("-1", nil), ("50000", 1), ("100001", 2), ("x", nil)])
  func theShareOfVersion1IsRoundedUpToo(quota: String, share: Int?) throws {
    let free = count
    try directory.write("4:cpuset:/\n3:cpu,cpuacct:/docker/abc\n", to: "proc/self/cgroup")
    try directory.write("\(quota)\n", to: "sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us")
    #expect(count == free, "without a period it says nothing")
    try directory.write("100000\n", to: "sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us")
    #expect(count == min(free, share ?? free))
  }

  @Test(arguments: [
    ("1", 1), ("00000000,00000002", 1), ("80000000,00000000", 1), ("ff,ffffffff", 40), ("0", nil), ("", nil),
  ])
  func theProcessorsTheProcessIsBoundToCount(mask: String, bound: Int?) throws {
    let free = count
    try directory.write(
      "Name:\tgpt2\nCpus_allowed:\t\(mask)\nCpus_allowed_list:\t0-7\n", to: "proc/self/status")
    #expect(count == min(free, bound ?? free))
  }
}
