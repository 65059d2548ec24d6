import GPT2BinaryFiles
import GPT2RandomNumbers

/// Reads what a shuffling loader adds to the end of a state file.
struct LoaderOrderReader {
  let file: MappedFile
  var offset: Int

  /// A count and as many int32.
  mutating func order() throws(FileError) -> [Int32] {
    let countBytes = MemoryLayout<UInt64>.size
    try check(CheckedCount(countBytes))
    let declared = file.load(UInt64.self, at: offset)
    offset += countBytes
    let count = Int(clamping: declared)
    try check(CheckedCount(count) * MemoryLayout<Int32>.size)
    defer { offset += count * MemoryLayout<Int32>.size }
    return (0..<count).map { file.load(Int32.self, at: offset + $0 * MemoryLayout<Int32>.size) }
  }

  /// The last of the file.
  mutating func generator() throws(FileError) -> MersenneTwister {
    let end = offset + MersenneTwister.stateByteCount
    guard file.count == end else { throw FileError(file.path, .wrongSize(found: file.count, expected: end)) }
    guard let generator = MersenneTwister(stateBytes: file.bytes[offset..<end]) else {
      throw FileError(
        file.path,
        .mismatch(
          found: "an impossible state of the random generator", expected: "one that llm.c's can be in",
          advice: "the file is damaged; go on from another checkpoint"))
    }
    return generator
  }

  /// - Throws: `FileError` if the file has not so many more bytes.
  private func check(_ bytes: CheckedCount) throws(FileError) {
    let end = (CheckedCount(offset) + bytes).value ?? .max
    guard end <= file.count else { throw FileError(file.path, .wrongSize(found: file.count, expected: end)) }
  }
}
