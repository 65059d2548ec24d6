import GPT2BinaryFiles

/// Reads a file from front to back and never past its end.
struct ByteCursor {
  let file: MappedFile
  private(set) var offset = 0

  init(_ file: MappedFile) { self.file = file }

  var remaining: Int { file.count - offset }

  /// - Throws: `FileError` if the file ends before so many more bytes.
  mutating func skip(_ count: Int) throws(FileError) {
    guard count <= remaining else {
      let (end, overflows) = offset.addingReportingOverflow(count)
      throw FileError(file.path, .truncatedHeader(found: file.count, expected: overflows ? .max : end))
    }
    offset += count
  }

  mutating func next<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(FileError) -> T {
    let start = offset
    try skip(MemoryLayout<T>.size)
    return file.load(type, at: start)
  }

  /// A count of things that take at least `bytesEach` each; more than the rest of the file could hold is refused
  /// before anything is allocated.
  ///
  /// - Parameter name: For the error; not computed without one, since there are a hundred thousand strings.
  mutating func nextCount(of name: @autoclosure () -> String, bytesEach: Int) throws(FileError) -> Int {
    let count = try next(UInt64.self)
    let most = remaining / bytesEach
    guard count <= most else {
      let expected = "at most \(most), which the rest of the file could hold"
      throw FileError(file.path, .invalidField(name: name(), found: Int(clamping: count), expected: expected))
    }
    return Int(count)
  }

  /// - Parameters:
  ///   - name: What the string is, for the error.
  ///   - limit: Its most bytes.
  mutating func nextString(
    _ name: @autoclosure () -> String, atMost limit: Int = .max
  ) throws(FileError) -> String {
    let count = try nextCount(of: "length of \(name())", bytesEach: 1)
    guard count <= limit else {
      throw FileError(
        file.path,
        .invalidField(name: "length of \(name())", found: count, expected: "at most \(limit) bytes"))
    }
    try DeclaredMemory.check(CheckedCount(count), for: "\(name()) of \(count) bytes", of: file.path)
    let bytes = file.bytes[offset..<offset + count]
    try skip(count)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError(
        file.path,
        .mismatch(
          found: "\(name()) that is not UTF-8", expected: "text",
          advice: "the file is damaged, fetch it again")
      )
    }
    return text
  }
}
