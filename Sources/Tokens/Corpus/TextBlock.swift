import GPT2BinaryFiles

/// A part of one input that can be encoded apart from the others.
struct TextBlock: Sendable {
  let bytes: [UInt8]
  let input: TextInput
  /// Whether it is the first of its input; else it goes on in the middle of a document.
  let isFirst: Bool
  let isLast: Bool
  /// What was changed in reading it.
  let conversions: TextConversions
}

/// Cuts one input into blocks.
///
/// A block is as large as `blockSize`, or as the longest part without a safe cut if that is longer: a gigabyte of
/// one letter is one piece of GPT-2's pattern, and must be held; merging it takes some 45 bytes of memory a byte.
struct TextBlockReader {
  private static let memoryOfAByte = 45

  private let input: TextInput
  private let reader: InputReader
  private let reading: TextReading
  private let blockSize: Int
  /// Where blocks may end; `nil` for the ends of lines.
  private let cut: SafeCut?
  /// The first bytes of the input, which tell its encoding, as far as they have not been decoded.
  private var head: ArraySlice<UInt8> = []
  /// `nil` until these have been read.
  private var decoder: TextDecoder?
  /// What has been decoded of the next block.
  private var bytes: [UInt8] = []
  private var isFirst = true
  private var isAtEnd = false

  /// - Throws: `FileError` if the input cannot be opened.
  init(
    _ input: TextInput, documents: DocumentSeparation, reading: TextReading, blockSize: Int, cut: SafeCut
  ) throws(FileError) {
    self.input = input
    self.reading = reading
    self.blockSize = blockSize
    reader = try InputReader(input)
    if case .jsonLines = documents { self.cut = nil } else { self.cut = cut }
  }

  /// The next block, of which there is at least one, or `nil` after the last, or once interrupted.
  ///
  /// - Throws: `FileError` if the input cannot be read, or is no text.
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
      try DeclaredMemory.check(
        CheckedCount(bytes.count) * Self.memoryOfAByte, for: "\(bytes.count) bytes that are one piece",
        of: input.name)
      goal *= 2
    }
  }

  /// Reads until there are `goal` bytes or the input ends; `false` if interrupted.
  private mutating func fill(to goal: Int, _ isInterrupted: () -> Bool) throws(FileError) -> Bool {
    bytes.reserveCapacity(goal)
    return try withBuffer(of: blockSize) { (buffer) throws(FileError) in
      while bytes.count < goal, !isAtEnd {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(goal - bytes.count))
        guard let count = try read(into: part, isInterrupted) else { return false }
        isAtEnd = count == 0
        decoder?.decode(UnsafeRawBufferPointer(rebasing: part.prefix(count)), isLast: isAtEnd, into: &bytes)
      }
      return true
    }
  }

  /// Reads up to `buffer.count` bytes, as `InputReader` does; before the first it tells the encoding.
  private mutating func read(
    into buffer: UnsafeMutableRawBufferPointer, _ isInterrupted: () -> Bool
  ) throws(FileError) -> Int? {
    if decoder == nil {
      guard try readHead(isInterrupted) else { return nil }
    }
    guard !head.isEmpty else { return try reader.read(into: buffer, isInterrupted: isInterrupted) }
    let part = head.prefix(buffer.count)
    buffer.copyBytes(from: part)
    head = head.dropFirst(part.count)
    return part.count
  }

  /// - Returns: `false` if interrupted.
  private mutating func readHead(_ isInterrupted: () -> Bool) throws(FileError) -> Bool {
    try withBuffer(of: TextEncoding.headLength) { (buffer) throws(FileError) in
      var count = 0
      while count < buffer.count {
        let free = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        guard let read = try reader.read(into: free, isInterrupted: isInterrupted) else { return false }
        if read == 0 { break }
        count += read
      }
      let read = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      // What a line of JSON says is in its escapes.
      decoder = try TextDecoder(reading, head: read, convertingLineEnds: cut != nil, name: input.name)
      head = Array(read)[...]
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
    let block = TextBlock(
      bytes: bytes, input: input, isFirst: isFirst, isLast: isAtEnd,
      conversions: decoder?.takeConversions() ?? TextConversions())
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
