import GPT2BinaryFiles
import GPT2Platform

/// Finds the text files in a folder and the folders in it.
///
/// Symbolic links are followed when all else has been seen, and only to what has not been: so each file is found
/// once, under its own name if it has one in the folder, and links in a circle end.
struct FolderWalk {
  private let suffixes: [String]
  private let reading: TextReading
  /// Sorted by the bytes of their paths.
  private(set) var files: [String] = []
  private(set) var skipped: [SkippedFile] = []
  private var seen: Set<Identity> = []
  /// Links that are still to be followed.
  private var links: [String] = []

  /// What a file is, under any name.
  private struct Identity: Hashable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
    }
  }

  init(extensions: [String], reading: TextReading) {
    suffixes = extensions.map { "." + $0.lowercased() }
    self.reading = reading
  }

  /// - Throws: `FileError` if a folder or file in it cannot be read.
  mutating func visit(_ folder: String) throws(FileError) {
    try visitFolders(from: folder, try status(of: folder, followingLinks: true))
    while !links.isEmpty {
      let found = links.sorted(by: Self.precedes)
      links = []
      for link in found { try follow(link) }
    }
    files.sort(by: Self.precedes)
    skipped.sort { Self.precedes($0.path, $1.path) }
  }

  private static func precedes(_ one: String, _ other: String) -> Bool {
    PathText.bytes(of: one).lexicographicallyPrecedes(PathText.bytes(of: other))
  }

  private mutating func follow(_ link: String) throws(FileError) {
    guard let target = FileSystem.status(of: link) else {
      guard [ENOENT, ENOTDIR, ELOOP].contains(errno) else {
        throw FileError(link, .fromErrno("following the link"))
      }
      return skip(link, .danglingLink)
    }
    guard !seen.contains(Identity(target)) else { return skip(link, .seenBefore) }
    switch target.st_mode & S_IFMT {
    case S_IFDIR: try visitFolders(from: link, target)
    case S_IFREG: try add(file: link, target)
    default: skip(link, .special)
    }
  }

  private mutating func visitFolders(from folder: String, _ status: stat) throws(FileError) {
    var folders = [folder]
    seen.insert(Identity(status))
    while let folder = folders.popLast() {
      for path in try entries(of: folder) {
        let status = try self.status(of: path, followingLinks: false)
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
          // Only a link can have led here before.
          guard seen.insert(Identity(status)).inserted else { continue }
          folders.append(path)
        case S_IFREG: try add(file: path, status)
        case S_IFLNK: links.append(path)
        default: skip(path, .special)
        }
      }
    }
  }

  private mutating func add(file path: String, _ status: stat) throws(FileError) {
    let name = path.lowercased()
    guard suffixes.isEmpty || suffixes.contains(where: { name.hasSuffix($0) }) else {
      return skip(path, .otherExtension)
    }
    if let reason = try reasonToSkip(path) { return skip(path, reason) }
    seen.insert(Identity(status))
    files.append(path)
  }

  private mutating func skip(_ path: String, _ reason: SkippedFile.Reason) {
    skipped.append(SkippedFile(path: path, reason: reason))
  }

  /// Why a file is no text, if it is none.
  private func reasonToSkip(_ path: String) throws(FileError) -> SkippedFile.Reason? {
    let reader = try InputReader(.file(path))
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: TextEncoding.headLength, alignment: 16)
    defer { buffer.deallocate() }
    let count = try reader.read(into: buffer, isInterrupted: { false }) ?? 0
    let head = UnsafeRawBufferPointer(rebasing: buffer.prefix(count))
    guard reading == .text else { return head.contains(0) ? .binary : nil }
    do throws(UnreadableText) {
      _ = try TextEncoding.of(head)
      return nil
    } catch {
      return error.reason
    }
  }

  private func status(of path: String, followingLinks: Bool) throws(FileError) -> stat {
    guard let status = FileSystem.status(of: path, followingLinks: followingLinks) else {
      throw FileError(path, .fromErrno("looking at it"))
    }
    return status
  }

  /// The paths of what is in `folder` and not hidden.
  private mutating func entries(of folder: String) throws(FileError) -> [String] {
    let parent = Folder.withSlash(folder)
    var paths: [String] = []
    for name in try Folder.names(in: folder) {
      if name.utf8.first == UInt8(ascii: ".") {
        skip(parent + name, .hidden)
      } else {
        paths.append(parent + name)
      }
    }
    return paths
  }
}
