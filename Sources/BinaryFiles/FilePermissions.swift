import GPT2Platform

/// Who may do what with a file or folder, to be given to the one that takes its place.
struct FilePermissions {
  private let old: stat

  /// - Parameter old: Of the one that is replaced.
  init(of old: stat) { self.old = old }

  /// Gives them to what is open, as far as the system lets; nobody gets a right who had none.
  func give(to descriptor: Int32) {
    guard let new = Descriptors.status(of: descriptor) else { return }
    let unchanged: UInt32 = .max
    let keepsGroup = new.st_gid == old.st_gid || fchown(descriptor, unchanged, old.st_gid) == 0
    let keepsOwner = new.st_uid == old.st_uid || fchown(descriptor, old.st_uid, unchanged) == 0
    var mode = old.st_mode & 0o7777
    if !keepsOwner { mode &= ~mode_t(S_ISUID) }
    if !keepsGroup {
      // Another group may do no more than everybody.
      let ofAll = mode & 0o007
      mode = mode & ~mode_t(S_ISGID) & ~(~(ofAll << 3) & 0o070)
    }
    _ = fchmod(descriptor, mode)
  }
}
