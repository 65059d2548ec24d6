import GPT2BinaryFiles

/// Takes a stream of tokens and divides it among files.
protocol TokenSink: AnyObject {
  /// The number of tokens taken.
  var count: Int { get }
  /// What was set aside for validation, if documents were to be drawn, once the stream has ended.
  var draw: ValidationDraw? { get }

  /// - Throws: `FileError` if a file cannot be written.
  func append(_ tokens: ArraySlice<UInt16>) throws(FileError)

  /// Ends the stream.
  ///
  /// - Parameter source: Where the tokens came from, named if there are too few.
  /// - Returns: The files, finished but without their names.
  /// - Throws: `FileError` if there are not enough tokens for the files.
  func finish(source: String) throws(FileError) -> [TokenFileWriter]
}

extension TokenSink {
  var draw: ValidationDraw? { nil }
}

extension TokenLayout {
  /// - Parameter endOfText: Begins each document; `nil` if it is not known.
  func makeSink(
    prefix: String, vocabularySize: Int?, endOfText: Int?, replacing: Bool
  ) throws(FileError) -> any TokenSink {
    try checkOutputs(prefix: prefix, replacing: replacing)
    switch self {
    case .drawn(let validationCount, let seed):
      guard let endOfText, validationCount != 0 else {
        return try TokenLayout.split(validationCount: validationCount).makeSink(
          prefix: prefix, vocabularySize: vocabularySize, endOfText: endOfText, replacing: replacing)
      }
      return try DrawnSink(
        prefix: prefix, validationCount: validationCount, seed: seed, endOfText: endOfText,
        vocabularySize: vocabularySize, replacing: replacing)
    case .split(let validationCount):
      return try SplitSink(
        prefix: prefix, validationCount: validationCount, vocabularySize: vocabularySize,
        replacing: replacing)
    case .shards(let tokens):
      return try ShardSink(
        prefix: prefix, tokens: tokens, vocabularySize: vocabularySize, replacing: replacing)
    }
  }
}
