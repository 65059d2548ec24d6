import GPT2BinaryFiles

/// The blocks of several inputs, one after the other.
struct TextBlocks {
  private var inputs: ArraySlice<TextInput>
  private let documents: DocumentSeparation
  private let reading: TextReading
  private let blockSize: Int
  private let cut: SafeCut
  private var current: TextBlockReader?

  init(
    _ inputs: [TextInput], documents: DocumentSeparation, reading: TextReading, blockSize: Int, cut: SafeCut
  ) {
    self.inputs = inputs[...]
    self.documents = documents
    self.reading = reading
    self.blockSize = blockSize
    self.cut = cut
  }

  mutating func next(isInterrupted: () -> Bool) throws(FileError) -> TextBlock? {
    while true {
      if let block = try current?.next(isInterrupted: isInterrupted) { return block }
      if isInterrupted() { return nil }
      guard let input = inputs.popFirst() else { return nil }
      current = try TextBlockReader(
        input, documents: documents, reading: reading, blockSize: blockSize, cut: cut)
    }
  }
}

/// Which line of which input comes next.
struct InputPosition {
  private var input = 0
  private var lines = 0

  /// - Throws: `FileError` in the input's name if a line of the block is not as it should be.
  mutating func advance(past block: EncodedBlock, of inputs: [TextInput]) throws(FileError) {
    if let problem = block.problem {
      throw FileError(
        inputs[input].name,
        .unparsableText(line: lines + problem.line, found: problem.found, expected: problem.expected))
    }
    lines = block.isLastOfInput ? 0 : lines + block.lines
    input += block.isLastOfInput ? 1 : 0
  }
}
