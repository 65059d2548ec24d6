import GPT2BinaryFiles
import GPT2Platform

/// The file of this path, or if there is none, those that match it as a shell pattern, sorted by name.
///
/// - Throws: `FileError.Cause.noMatch` if there is none; `FileError` if a directory cannot be read.
package func paths(matching pattern: String) throws(FileError) -> [String] {
  // A file that exists is meant as it is, even if its name or directory has a pattern's characters.
  if FileSystem.exists(pattern) { return [pattern] }
  guard let paths = FileSystem.paths(matching: pattern) else {
    throw FileError(pattern, .system(operation: "matching files", code: errno))
  }
  guard !paths.isEmpty else { throw FileError(pattern, .noMatch) }
  return paths
}
