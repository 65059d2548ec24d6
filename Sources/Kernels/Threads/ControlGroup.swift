import Platform

/// The control group (version 2) that this process is in: how Linux, and what runs containers on it, limits memory and
/// processors.
package enum ControlGroup {
  /// The first line of a limit's file, in the group and in all that it is in, from the outermost; none elsewhere than
  /// on Linux.
  ///
  /// - Parameters:
  ///   - name: "memory.max", say.
  ///   - root: What stands before "/proc" and "/sys".
  package static func limits(_ name: String, root: String) -> [Substring] {
    // Version 2 has one hierarchy, numbered 0.
    guard let line = lines(of: root + "/proc/self/cgroup").first(where: { $0.hasPrefix("0::/") }) else {
      return []
    }
    var folder = root + "/sys/fs/cgroup"
    var folders = [folder]
    for name in line.dropFirst("0::/".count).split(separator: "/") {
      folder += "/" + name
      folders.append(folder)
    }
    return folders.compactMap { lines(of: "\($0)/\(name)").first }
  }

  /// The lines of a small file, which in /proc has no size before it is read; none if it cannot be read.
  package static func lines(of path: String) -> [Substring] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
  }
}
