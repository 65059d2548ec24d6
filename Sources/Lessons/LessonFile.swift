import GPT2BinaryFiles

/// A file that a lesson reads, which a fresh clone has not yet.
enum LessonFile {
  /// - Parameters:
  ///   - expected: What it should hold, for the error: "names, one a line".
  ///   - advice: How else the lesson can be had, if at all: "--text names another file".
  /// - Throws: `FileError` if it cannot be read; if it is missing, one that says how to get it.
  static func open(_ path: String, expected: String, advice: String) throws(FileError) -> MappedFile {
    do throws(FileError) {
      return try MappedFile(path: path)
    } catch {
      throw explained(error, expected: expected, advice: advice)
    }
  }

  /// The error, and if it is that there is no such file, how to get one.
  static func explained(_ error: FileError, expected: String, advice: String) -> FileError {
    guard error.cause == .notFound else { return error }
    return FileError(
      error.path,
      .mismatch(
        found: "no such file", expected: expected,
        advice: "scripts/fetch-lessons.sh fetches it into data, and \(advice)"))
  }
}
