import GPT2BinaryFiles

@testable import GPT2Tokens

/// All the tokens of a corpus, held, which the corpus itself never does.
struct Stream {
  var tokens: [UInt16] = []
  var documents = 0
  var files = 0
  var conversions = TextConversions()
  /// How many blocks the texts were cut into.
  var blocks = 0

  /// - Throws: `FileError` as `Corpus.write` does.
  init(
    paths: [String], documents: DocumentSeparation = .blankLine, reading: TextReading = .text,
    tokenizer: Tokenizer = .byteLevel, blockSize: Int = 1 << 18, threads: Int = 1
  ) throws(FileError) {
    let corpus = try Corpus(
      paths.map { .file($0) }, documents: documents, reading: reading, tokenizer: tokenizer,
      blockSize: blockSize)
    _ = try corpus.forEachBlock(threads: threads, isInterrupted: { false }) { (block) throws(FileError) in
      tokens += block.tokens
      self.documents += block.documents
      files += block.isLastOfInput ? 1 : 0
      conversions.add(block.conversions)
      blocks += 1
    }
  }
}
