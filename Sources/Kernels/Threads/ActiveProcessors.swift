import GPT2Platform

/// How many processors a process may use at once. Threads beyond that only wait for each other.
enum ActiveProcessors {
  static var count: Int { count(root: "") }

  /// All that run.
  static var running: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Those that are running; on Linux of them only those that the process is bound to (taskset, a container's cpuset),
  /// and no more than its control group's share of time amounts to.
  ///
  /// - Parameter root: What stands before "/proc" and "/sys".
  static func count(root: String) -> Int {
    return max(1, ([running, bound(root: root)].compactMap { $0 } + shares(root: root)).min() ?? 1)
  }

  /// From "Cpus_allowed:\tff,ffffffff", a bit a processor; `nil` if the system does not say.
  private static func bound(root: String) -> Int? {
    for line in ControlGroup.lines(of: root + "/proc/self/status") where line.hasPrefix("Cpus_allowed:") {
      let bits = line.drop { $0 != ":" }.compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
      return bits > 0 ? bits : nil
    }
    return nil
  }

  /// "150000 100000", of which one and a half processors' time, rounded up; "max 100000" is no limit, nor is -1 in
  /// version 1.
  private static func shares(root: String) -> [Int] {
    let lines = ControlGroup.limits("cpu.max", root: root).map { $0.split(separator: " ") }
    let files = ControlGroup.limits(
      ["cpu.cfs_quota_us", "cpu.cfs_period_us"], ofVersion1: "cpu", root: root)
    return (lines + files).compactMap { words in
      let numbers = words.map { Int($0) }
      guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else {
        return nil
      }
      return (quota - 1) / period + 1
    }
  }
}
