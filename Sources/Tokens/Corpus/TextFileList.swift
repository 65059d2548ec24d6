import GPT2BinaryFiles
import GPT2Platform

/// The texts that arguments of a command line name: files, folders with all that is in them, standard input.
package struct TextFileList: Sendable, Equatable {
  /// In the order of the arguments, and those of a folder sorted by the bytes of their paths.
  package private(set) var inputs: [TextInput] = []
  /// Whether a folder was named.
  package private(set) var hasFolders = false
  /// What is in the folders but was not taken.
  package private(set) var skipped: [SkippedFile] = []

  /// - Parameters:
  ///   - arguments: Paths, or "-" for standard input. Files named here are taken whatever they are.
  ///   - extensions: What the names of files in folders must end in, after a dot and whatever the case: "txt",
  ///     "tar.gz". Empty for any.
  ///   - reading: How they will be read: what folders hold beside texts is skipped.
  /// - Throws: `FileError` if something is not there or cannot be read, or if a folder has no text in it.
  package init(
    _ arguments: [String], extensions: [String] = [], reading: TextReading = .text
  ) throws(FileError) {
    for argument in arguments {
      if argument == "-" {
        inputs.append(.standardInput)
        continue
      }
      // Now rather than when all before it is done.
      guard let status = FileSystem.status(of: argument), FileSystem.allows(R_OK, argument) else {
        throw FileError(argument, .fromErrno("looking at it"))
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        try append(folder: argument, extensions, reading)
      } else {
        inputs.append(.file(argument))
      }
    }
  }

  private mutating func append(
    folder: String, _ extensions: [String], _ reading: TextReading
  ) throws(FileError) {
    hasFolders = true
    var walk = FolderWalk(extensions: extensions, reading: reading)
    try walk.visit(folder)
    guard !walk.files.isEmpty else {
      let isFiltered = walk.skipped.contains { $0.reason == .otherExtension }
      throw FileError(
        folder,
        .mismatch(
          found: "no text in this folder, and \(walk.skipped.count) files or folders skipped",
          expected: "at least one text file",
          advice: isFiltered ? "give other extensions" : "name another folder, or the files themselves"))
    }
    inputs.append(contentsOf: walk.files.map { .file($0) })
    skipped.append(contentsOf: walk.skipped)
  }
}

/// Something in a folder that is no text, or is not wanted.
package struct SkippedFile: Sendable, Equatable {
  package enum Reason: String, Sendable, CaseIterable {
    /// Its name begins with a dot. Of a folder all that is in it is skipped.
    case hidden
    /// There is a zero byte among the first 8,000, which is how git tells; not of UTF-16.
    case binary
    /// Many bytes are no UTF-8, and no byte-order mark says what they are.
    case otherEncoding = "in another encoding than UTF-8"
    /// It stands for a file that git-lfs has not fetched.
    case pointer = "git-lfs pointers"
    case otherExtension = "of another extension"
    /// A symbolic link to something that is taken already.
    case seenBefore = "linked to twice"
    case danglingLink = "linked to nowhere"
    case special = "neither file nor folder"
  }

  package let path: String
  package let reason: Reason
}
