import BinaryFiles

/// A part of one input that can be encoded apart from the others.
struct TextBlock: Sendable {
  let bytes: [UInt8]
  let input: TextInput
  /// Whether it is the first of its input; else it goes on in the middle of a document.
  let isFirst: Bool
  let isLast: Bool
}

/// Cuts one input into blocks.
///
/// A block is as large as `blockSize`, or as the longest part without a safe cut if that is longer: a gigabyte of
/// one letter is one piece of GPT-2's pattern, and must be held; merging it takes some 45 bytes of memory a byte.
struct TextBlockReader {
  private let input: TextInput
  private let reader: InputReader
  private let blockSize: Int
  /// Where blocks may end; `nil` for the ends of lines.
  private let cut: SafeCut?
  /// What has been read of the next block.
  private var bytes: [UInt8] = []
  private var isFirst = true
  private var isAtEnd = false

  /// - Throws: `FileError` if the input cannot be opened.
  init(
    _ input: TextInput, documents: DocumentSeparation, blockSize: Int, cut: SafeCut
  ) throws(FileError) {
    self.input = input
    self.blockSize = blockSize
    reader = try InputReader(input)
    if case .jsonLines = documents { self.cut = nil } else { self.cut = cut }
  }

  /// The next block, of which there is at least one, or `nil` after the last, or once interrupted.
  ///
  /// - Throws: `FileError` if the input cannot be read.
  mutating func next(isInterrupted: () -> Bool) throws(FileError) -> TextBlock? {
    guard !isAtEnd else { return nil }
    // Looking twice as far each time, so that a long part without a cut takes linear time.
    var goal = max(blockSize, 2 * bytes.count)
    var searched = bytes.count
    while true {
      guard try fill(to: goal, isInterrupted) else { return nil }
      let end = isAtEnd ? bytes.count : lastCut(from: searched)
      if let end { return takeBlock(end) }
      searched = bytes.count
      goal *= 2
    }
  }

  /// Reads until there are `goal` bytes or the input ends; `false` if interrupted.
  private mutating func fill(to goal: Int, _ isInterrupted: () -> Bool) throws(FileError) -> Bool {
    bytes.reserveCapacity(goal)
    return try withBuffer(of: blockSize) { (buffer) throws(FileError) in
      while bytes.count < goal, !isAtEnd {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(goal - bytes.count))
        guard let count = try reader.read(into: part, isInterrupted: isInterrupted) else { return false }
        bytes.append(contentsOf: part.prefix(count))
        isAtEnd = count == 0
      }
      return true
    }
  }

  private func lastCut(from searched: Int) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      // A character that was cut off at the end of what was searched could not be told.
      if let cut { return cut.last(in: bytes, from: searched - 3) }
      return bytes[searched...].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }
  }

  private mutating func takeBlock(_ end: Int) -> TextBlock {
    let rest = Array(bytes[end...])
    bytes.removeLast(rest.count)
    let block = TextBlock(bytes: bytes, input: input, isFirst: isFirst, isLast: isAtEnd)
    bytes = rest
    isFirst = false
    return block
  }
}

/// Memory for `count` bytes while `body` runs.
private func withBuffer<Result>(
  of count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(FileError) -> Result
) throws(FileError) -> Result {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
  defer { buffer.deallocate() }
  return try body(buffer)
}
