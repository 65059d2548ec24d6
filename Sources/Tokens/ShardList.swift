import BinaryFiles
import Platform

/// The file of this path, or if there is none, those that match it as a shell pattern, sorted by name.
///
/// - Throws: `FileError.Cause.noMatch` if there is none; `FileError` if a directory cannot be read.
package func paths(matching pattern: String) throws(FileError) -> [String] {
  // A file that exists is meant as it is, even if its name or directory has a pattern's characters.
  if access(pattern, F_OK) == 0 { return [pattern] }
  var matches = glob_t()
  defer { globfree(&matches) }
  switch glob(pattern, 0, nil, &matches) {
  case 0: break
  case GLOB_NOMATCH: throw FileError(pattern, .noMatch)
  default: throw FileError(pattern, .system(operation: "matching files", code: errno))
  }
  return (0..<Int(matches.gl_pathc)).compactMap { index in
    matches.gl_pathv[index].map { String(cString: $0) }
  }
}
