import GPT2BinaryFiles
import GPT2Platform
import GPT2Tokens

/// Writes a folder with a tokenizer and no model, which transformers' `AutoTokenizer` and the package `tokenizers` load.
package struct HuggingFaceTokenizerWriter {
  /// With a slash at its end.
  private let folder: String
  private let replacing: Bool

  /// - Parameters:
  ///   - folder: Made if it is not there.
  ///   - replacing: Whether files of a tokenizer that is in the folder already may be replaced.
  package init(_ folder: String, replacing: Bool) {
    self.folder = Folder.withSlash(folder)
    self.replacing = replacing
  }

  /// Says whether the folder can be written, and changes nothing.
  ///
  /// - Throws: `FileError` if it is no folder or takes no files, has files that may not be replaced, or has others of a
  ///   tokenizer, which would be read together with those that are written.
  package func check() throws(FileError) {
    guard FileSystem.status(of: folder) != nil else {
      guard errno == ENOENT else { throw FileError(folder, .fromErrno("looking at it")) }
      return try Folder.checkMissing(Folder.withoutSlash(folder))
    }
    let written = Tokenizer.huggingFaceFileNamesWritten
    for name in Tokenizer.huggingFaceFileNames
    where !written.contains(name)
      && FileSystem.status(of: folder + name, followingLinks: false) != nil
    {
      throw FileError(
        folder + name,
        .mismatch(
          found: "a file of another tokenizer, which would be read with this one", expected: "none",
          advice: "remove it, or name another folder"))
    }
    for name in written { try FileWriter.check(folder + name, replacing: replacing) }
  }

  /// Writes the folder; until all of it is there, there is none, or the one that there was: see `StagedFolder`.
  ///
  /// - Parameter maximumLength: What is said of the positions that a model has; GPT-2's if nothing is known of any.
  /// - Throws: As `check`, as `Tokenizer.huggingFaceFiles`, or if the system refuses a step.
  package func write(_ tokenizer: Tokenizer, maximumLength: Int = 1024) throws(FileError) {
    try check()
    let files = try tokenizer.huggingFaceFiles(maximumLength: maximumLength)
    let staged = try StagedFolder(folder, replacing: replacing)
    do throws(FileError) {
      for file in files {
        try FileWriter.write(to: staged.path + file.name, replacing: false) { writer throws(FileError) in
          try writer.append(Array(file.text.utf8))
        }
      }
    } catch {
      throw staged.named(error)
    }
    try staged.commit(files.map(\.name), main: HuggingFaceTokenizer.whole)
  }
}
