import GPT2BinaryFiles

/// Texts as one stream of tokens, in which each document begins with end-of-text.
///
/// The texts are read, encoded and written a block at a time, so that their size does not matter. What comes
/// out is, bit for bit, what encoding each document as a whole gives, for any number of threads.
package struct Corpus: Sendable {
  private let inputs: [TextInput]
  private let documents: DocumentSeparation
  private let reading: TextReading
  private let encoder: TextEncoder
  private let endOfText: Int
  private let vocabularySize: Int
  /// Read, encoded and written at once: large beside what it costs to hand a block over.
  private let blockSize: Int

  /// - Parameters:
  ///   - inputs: Read one after the other. Each begins a document.
  ///   - reading: What becomes of line ends, byte-order marks, and bytes that are no text.
  ///   - parsingSpecialTokens: See `Tokenizer.encode`.
  /// - Throws: `FileError` if the tokenizer has no token for some byte.
  package init(
    _ inputs: [TextInput], documents: DocumentSeparation = .blankLine, reading: TextReading = .text,
    tokenizer: Tokenizer, parsingSpecialTokens: Bool = false
  ) throws(FileError) {
    try self.init(
      inputs, documents: documents, reading: reading, tokenizer: tokenizer,
      parsingSpecialTokens: parsingSpecialTokens, blockSize: 1 << 18)
  }

  init(
    _ inputs: [TextInput], documents: DocumentSeparation, reading: TextReading = .text, tokenizer: Tokenizer,
    parsingSpecialTokens: Bool = false, blockSize: Int
  ) throws(FileError) {
    self.inputs = inputs
    self.documents = documents
    self.reading = reading
    encoder = try tokenizer.makeTextEncoder(parsingSpecialTokens: parsingSpecialTokens)
    endOfText = tokenizer.endOfText
    vocabularySize = tokenizer.vocabularySize
    self.blockSize = blockSize
  }

  /// The size of all inputs, or `nil` if it is not known, as that of standard input.
  package var byteCount: Int? { InputReader.size(of: inputs) }

  /// Writes the tokens to files.
  ///
  /// - Parameters:
  ///   - prefix: What the names of the files begin with.
  ///   - replacing: Whether files of these names may be replaced.
  ///   - threads: How many encode. The files are the same for any number.
  ///   - isInterrupted: Asked often; then nothing is left behind.
  ///   - observe: Called after every block.
  /// - Returns: What was written; `nil` if interrupted.
  /// - Throws: `FileError` if an input cannot be read, is no text, or has a line that is not as it should be, if a file would
  ///   hold fewer than two tokens, an input and its target, or cannot be written. No file gets its name before
  ///   all are whole.
  package func write(
    to prefix: String, layout: TokenLayout = .split(validationCount: nil), replacing: Bool, threads: Int = 1,
    isInterrupted: () -> Bool = { false }, observing observe: (CorpusProgress) -> Void = { _ in }
  ) throws(FileError) -> CorpusSummary? {
    let output = try TokenOutput(
      prefix: prefix, layout: layout, vocabularySize: vocabularySize, endOfText: endOfText,
      replacing: replacing)
    var progress = CorpusProgress()
    var isCutOff = false
    let isComplete = try forEachBlock(threads: threads, isInterrupted: { isCutOff || isInterrupted() }) {
      (block) throws(FileError) in
      guard try output.append(block.tokens[...], isInterrupted: isInterrupted) else {
        isCutOff = true
        return
      }
      progress.add(block)
      observe(progress)
    }
    guard isComplete, !isCutOff else { return nil }
    let source = inputs.first?.name ?? "the list of texts"
    guard progress.bytes > 0 else {
      throw FileError(
        source,
        .mismatch(
          found: "that the text is empty", expected: "at least 2 tokens for validation and 2 for training",
          advice: "name a file with some text"))
    }
    return CorpusSummary(progress: progress, files: try output.commit(source: source))
  }

  /// Calls `body` with every block's tokens, in order.
  ///
  /// - Returns: Whether it came to the end; `false` if interrupted.
  func forEachBlock(
    threads: Int, isInterrupted: () -> Bool, _ body: (EncodedBlock) throws(FileError) -> Void
  ) throws(FileError) -> Bool {
    let encoder = BlockEncoder(encoder, endOfText: endOfText, documents: documents)
    let map = OrderedMap(threads: threads) { (block: TextBlock) in encoder.encode(block) }
    var blocks = TextBlocks(
      inputs, documents: documents, reading: reading, blockSize: blockSize,
      cut: SafeCut(addedTokens: self.encoder.splitter))
    var position = InputPosition()
    return try map.run(
      isInterrupted: isInterrupted,
      next: { () throws(FileError) in try blocks.next(isInterrupted: isInterrupted) },
      consume: { (block) throws(FileError) in
        try position.advance(past: block, of: inputs)
        try body(block)
      })
  }
}
