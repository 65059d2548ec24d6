/// llm.c's file header: 256 little-endian int32, of which [0] is a magic number and [1] a version.
package struct Header: Equatable, Sendable {
  package static let fieldCount = 256
  package static let byteCount = fieldCount * MemoryLayout<Int32>.size

  package private(set) var fields = [Int32](repeating: 0, count: fieldCount)

  package init(magic: Int32, version: Int32) {
    fields[0] = magic
    fields[1] = version
  }

  /// Reads the header of `file` and checks its magic number.
  ///
  /// - Parameter kind: What the file should be, for the error message: "model checkpoint".
  /// - Throws: `FileError` if the file ends inside the header or starts with another magic number; it says what the
  ///   file is instead, if that can be told.
  package init(of file: MappedFile, magic: Int32, kind: String) throws(FileError) {
    let isOfKind = file.count >= MemoryLayout<Int32>.size && file.load(Int32.self, at: 0) == magic
    guard isOfKind else { throw .wrongMagic(of: file, expected: magic, kind: kind) }
    guard file.count >= Self.byteCount else {
      throw FileError(file.path, .truncatedHeader(found: file.count, expected: Self.byteCount))
    }
    for index in 0..<Self.fieldCount {
      fields[index] = file.load(Int32.self, at: index * MemoryLayout<Int32>.size)
    }
  }

  package var version: Int32 { fields[1] }

  package subscript(index: Int) -> Int {
    get { Int(fields[index]) }
    set { fields[index] = Int32(newValue) }
  }

  /// A uint64 over two fields, as some of llm.c's headers have them: `index` is the low one's.
  package subscript(wide index: Int) -> UInt64 {
    get {
      UInt64(UInt32(bitPattern: fields[index])) | UInt64(UInt32(bitPattern: fields[index + 1])) << 32
    }
    set {
      fields[index] = Int32(truncatingIfNeeded: newValue)
      fields[index + 1] = Int32(truncatingIfNeeded: newValue >> 32)
    }
  }

  /// A field that must lie in `range`.
  ///
  /// - Throws: `FileError` with the field's name, what was found, and the range.
  package func field(
    _ index: Int, named name: String, in range: ClosedRange<Int>, of path: String
  ) throws(FileError) -> Int {
    let value = self[index]
    guard range.contains(value) else {
      let words = "a value from \(range.lowerBound) to \(range.upperBound)"
      throw FileError(path, .invalidField(name: name, found: value, expected: words))
    }
    return value
  }
}
