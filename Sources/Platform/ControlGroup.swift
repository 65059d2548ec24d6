/// The control groups that this process is in: how Linux, and what runs containers on it, limits memory and processors.
///
/// Version 2 has one tree of groups; in version 1 each controller has its own. A system may have both at once.
package enum ControlGroup {
  /// The first line of a limit's file of version 2, in the group and in all that it is in, from the outermost; none
  /// elsewhere than on Linux.
  ///
  /// - Parameters:
  ///   - name: "memory.max", say.
  ///   - root: What stands before "/proc" and "/sys".
  package static func limits(_ name: String, root: String) -> [Substring] {
    // Version 2 has one hierarchy, numbered 0, with no controllers to its name.
    guard let path = path(root: root, where: { $0 == "0" && $1.isEmpty }) else { return [] }
    return limits([name], in: root + "/sys/fs/cgroup", path).map { $0[0] }
  }

  /// The same of version 1, of limits that take several files, as a share of time does.
  ///
  /// - Parameters:
  ///   - names: ["memory.limit_in_bytes"], say.
  ///   - controller: What they belong to: "memory", "cpu".
  /// - Returns: For each group that has all these files their first lines.
  package static func limits(_ names: [String], ofVersion1 controller: String, root: String) -> [[Substring]]
  {
    guard let path = path(root: root, where: { $1.split(separator: ",").contains(controller[...]) }) else {
      return []
    }
    return limits(names, in: root + "/sys/fs/cgroup/" + controller, path)
  }

  /// "4:memory:/some/group": the last part of the line whose first two are wanted.
  private static func path(
    root: String, where isWanted: (_ hierarchy: Substring, _ controllers: Substring) -> Bool
  ) -> Substring? {
    for line in lines(of: root + "/proc/self/cgroup") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      if parts.count == 3, isWanted(parts[0], parts[1]) { return parts[2] }
    }
    return nil
  }

  private static func limits(_ names: [String], in folder: String, _ path: Substring) -> [[Substring]] {
    var folders = [folder]
    // In a container the path may be that outside of it: then only the outermost folder is there, and is its own.
    for name in path.split(separator: "/") { folders.append(folders[folders.count - 1] + "/" + name) }
    return folders.compactMap { folder in
      let found = names.compactMap { lines(of: "\(folder)/\($0)").first }
      return found.count == names.count ? found : nil
    }
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
