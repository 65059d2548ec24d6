import GPT2BinaryFiles
import GPT2Tokens

extension DataLoader {
  /// Serves batches of a text in memory, as of a file that `gpt2 tokenize` makes of it: end-of-text, then its tokens.
  ///
  /// - Parameters:
  ///   - text: One document.
  ///   - tokenizer: The model's.
  ///   - batchSize: B, the rows of a batch.
  ///   - sequenceLength: T, the tokens of a row.
  ///   - shuffling: Whether each epoch has an order of its own.
  /// - Throws: `FileError` if the text has no more than B·T tokens, or the tokenizer cannot encode it.
  public init(
    text: String, tokenizer: Tokenizer = .byteLevel, batchSize: Int, sequenceLength: Int,
    shuffling: Bool = true
  ) throws(FileError) {
    try self.init(
      documents: [text], tokenizer: tokenizer, batchSize: batchSize, sequenceLength: sequenceLength,
      shuffling: shuffling)
  }

  /// Serves batches of several texts in memory, each of which end-of-text begins.
  ///
  /// - Parameters: As for one text.
  /// - Throws: `FileError` if they have no more than B·T tokens together, or the tokenizer cannot encode one.
  public init(
    documents: [String], tokenizer: Tokenizer = .byteLevel, batchSize: Int, sequenceLength: Int,
    shuffling: Bool = true
  ) throws(FileError) {
    var tokens: [Int] = []
    for document in documents { tokens += [tokenizer.endOfText] + (try tokenizer.encode(document)) }
    try self.init(
      tokens: tokens, batchSize: batchSize, sequenceLength: sequenceLength, shuffling: shuffling,
      vocabularySize: tokenizer.vocabularySize)
  }
}
