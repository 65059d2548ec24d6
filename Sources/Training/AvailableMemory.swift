#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
    var limits = groupLimits(root: root)
    limits.append(available(root: root) ?? physical)
    return limits.compactMap { $0 }.min()
  }

  /// The kernel's own estimate: "MemAvailable:   22675960 kB".
  private static func available(root: String) -> Int? {
    for line in lines(of: root + "/proc/meminfo") {
      let words = line.split(separator: " ")
      if words.count == 3, words[0] == "MemAvailable:" { return Int(words[1]).map { $0 * 1024 } }
    }
    return nil
  }

  /// The limits of the control group and of all that it is in.
  private static func groupLimits(root: String) -> [Int?] {
    // Version 2 has one hierarchy, numbered 0.
    guard let line = lines(of: root + "/proc/self/cgroup").first(where: { $0.hasPrefix("0::/") }) else {
      return []
    }
    var folder = root + "/sys/fs/cgroup"
    let names = line.dropFirst("0::/".count).split(separator: "/")
    let folders =
      [folder]
      + names.map {
        folder += "/" + $0; return folder
      }
    // A group without a limit says "max".
    return folders.map { lines(of: $0 + "/memory.max").first.flatMap { Int($0) } }
  }

  /// All memory of the machine.
  private static var physical: Int? {
    let (pages, pageSize) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && pageSize > 0 ? pages * pageSize : nil
  }

  /// The lines of a small file, which in /proc has no size before it is read; none if it cannot be read.
  private static func lines(of path: String) -> [Substring] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
  }
}
