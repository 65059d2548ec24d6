import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform

/// A whole checkpoint of another run, whose names a new one takes, has other names until that is whole: on a full disk
/// the new one cannot be written, and the old one may be all there is.
extension RunDirectory {
  private static let prefix = "replaced-"

  private func aside(_ file: RunFileName) -> FilePlace { place("\(path)/\(Self.prefix)\(file.name)") }

  /// All but the best, the mark first: as long as it is set aside, so is the checkpoint.
  private func files(of step: Int, setAside isAside: Bool) throws(FileError) -> [RunFileName] {
    let prefix = isAside ? Self.prefix : ""
    let files = try names().filter { $0.hasPrefix(prefix) }.compactMap { name in
      RunFileName(name.dropFirst(prefix.count)).flatMap { prefix + $0.name == name ? $0 : nil }
    }
    return files.filter { $0.step == step && $0.kind == .done }
      + files.filter { $0.step == step && $0.kind != .done && $0.kind != .best }
  }

  /// Gives the whole checkpoint of a step, if there is one, other names.
  ///
  /// - Throws: `FileError` if the system refuses; then it has its names.
  func setAside(_ step: Int) throws(FileError) {
    guard place(done(step)).exists else { return }
    for file in try files(of: step, setAside: false) {
      guard place("\(path)/\(file.name)").rename(to: aside(file)) else {
        let failure = FileError("\(path)/\(file.name)", .fromErrno("renaming it"))
        try restore(step)
        throw failure
      }
    }
  }

  /// Gives a checkpoint that was set aside its names again, the mark last. It is another run's as before.
  ///
  /// - Throws: `FileError` if the system refuses.
  func restore(_ step: Int) throws(FileError) {
    let files = try files(of: step, setAside: true)
    guard !files.isEmpty else { return }
    if place(plan).exists {
      let known = try RunPlan(contentsOf: plan, in: folder).replaced ?? []
      try remember(replaced: Set(known + [step]).sorted())
    }
    for file in files.reversed() {
      guard aside(file).rename(to: place("\(path)/\(file.name)")) else {
        throw FileError("\(path)/\(Self.prefix)\(file.name)", .fromErrno("renaming it"))
      }
    }
  }

  /// Removes a checkpoint that was set aside: the one of its names is whole.
  func removeSetAside(_ step: Int) throws(FileError) {
    for file in try files(of: step, setAside: true) { aside(file).unlink() }
  }

  /// Ends what a kill has interrupted. Only for whoever holds the lock.
  ///
  /// - Throws: `FileError` if the system refuses.
  func endSettingAside() throws(FileError) {
    let steps = Set(
      try names().filter { $0.hasPrefix(Self.prefix) }
        .compactMap { RunFileName($0.dropFirst(Self.prefix.count))?.step })
    for step in steps.sorted() {
      if place(done(step)).exists { try removeSetAside(step) } else { try restore(step) }
    }
  }
}
