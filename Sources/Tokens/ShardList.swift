import BinaryFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files that match a shell pattern, sorted by name.
///
/// - Throws: `FileError.Cause.noMatch` if there is none; `FileError` if a directory cannot be read.
func paths(matching pattern: String) throws(FileError) -> [String] {
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
