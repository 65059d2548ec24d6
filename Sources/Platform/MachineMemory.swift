/// How much memory this process may still use.
package enum MachineMemory {
  /// In bytes; `nil` if the system does not say.
  ///
  /// On Linux what could be had now without swapping, or the limit of a control group that this process is in, or what is
  /// left of its address space (`ulimit -v`), if one of these is lower. On Apple's systems, which compress and swap, all
  /// that the machine has.
  package static var available: Int? {
    #if os(Linux)
      [available(root: ""), addressSpace].compactMap { $0 }.min()
    #else
      physical
    #endif
  }

  /// Whether so many bytes more can be used; yes if the system does not say what there is.
  ///
  /// Systems grant more than they have and end the process when it is used, so whatever a file or a user sizes asks here
  /// first.
  package static func has(_ byteCount: Int) -> Bool {
    // What is always there is not worth the look.
    guard byteCount >= smallest, let available else { return true }
    return byteCount <= available
  }

  private static let smallest = 1 << 20

  /// - Parameter root: What stands before "/proc" and "/sys".
  package static func available(root: String) -> Int? {
    // A group without a limit says "max", or in version 1 a number that no machine has.
    let limits =
      ControlGroup.limits("memory.max", root: root).map { Int($0) }
      + ControlGroup.limits(["memory.limit_in_bytes"], ofVersion1: "memory", root: root).map { Int($0[0]) }
    return (limits + [estimate(root: root) ?? physical]).compactMap { $0 }.min()
  }

  /// The kernel's own: "MemAvailable:   22675960 kB".
  private static func estimate(root: String) -> Int? {
    for line in ControlGroup.lines(of: root + "/proc/meminfo") {
      let words = line.split(separator: " ")
      guard words.count == 3, words[0] == "MemAvailable:", let count = Int(words[1]) else { continue }
      let (bytes, overflows) = count.multipliedReportingOverflow(by: 1024)
      return overflows ? nil : bytes
    }
    return nil
  }

  #if os(Linux)
    /// What the process has not used yet of the addresses it may use; `nil` without a limit.
    private static var addressSpace: Int? {
      guard let most = ResourceLimit.addressSpace.value,
        // In pages, first the addresses that are used.
        let line = ControlGroup.lines(of: "/proc/self/statm").first,
        let used = line.split(separator: " ").first.flatMap({ Int($0) })
      else { return nil }
      return max(0, most - used * Int(sysconf(Int32(_SC_PAGESIZE))))
    }
  #endif

  /// All memory of the machine.
  private static var physical: Int? {
    let (pages, pageSize) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && pageSize > 0 ? pages * pageSize : nil
  }
}
