import Kernels
import Platform

/// How much memory a process may still use.
public enum AvailableMemory {
  /// In bytes; `nil` if the system does not say.
  ///
  /// On Linux what could be had now without swapping, or the limit of a control group (version 2) that this
  /// process is in, if that is lower. On Apple's systems, which compress and swap, all that the machine has.
  public static var bytes: Int? {
    #if os(Linux)
      bytes(root: "")
    #else
      physical
    #endif
  }

  /// - Parameter root: What stands before "/proc" and "/sys".
  static func bytes(root: String) -> Int? {
    // A group without a limit says "max".
    let limits = ControlGroup.limits("memory.max", root: root).map { Int($0) }
    return (limits + [available(root: root) ?? physical]).compactMap { $0 }.min()
  }

  /// The kernel's own estimate: "MemAvailable:   22675960 kB".
  private static func available(root: String) -> Int? {
    for line in ControlGroup.lines(of: root + "/proc/meminfo") {
      let words = line.split(separator: " ")
      if words.count == 3, words[0] == "MemAvailable:" { return Int(words[1]).map { $0 * 1024 } }
    }
    return nil
  }

  /// All memory of the machine.
  private static var physical: Int? {
    let (pages, pageSize) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && pageSize > 0 ? pages * pageSize : nil
  }
}
