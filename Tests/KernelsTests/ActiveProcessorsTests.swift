import Foundation
import TestSupport
import Testing

@testable import Kernels

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
