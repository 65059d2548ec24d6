import BinaryFiles

/// Takes a stream of tokens and divides it among files.
protocol TokenSink: AnyObject {
  /// The number of tokens taken.
  var count: Int { get }

  /// - Throws: `FileError` if a file cannot be written.
  func append(_ tokens: ArraySlice<UInt16>) throws(FileError)

  /// Ends the stream.
  ///
  /// - Parameter source: Where the tokens came from, named if there are too few.
  /// - Returns: The files, finished but without their names.
  /// - Throws: `FileError` if there are not enough tokens for the files.
  func finish(source: String) throws(FileError) -> [TokenFileWriter]
}

extension TokenLayout {
  func makeSink(prefix: String, vocabularySize: Int?, replacing: Bool) throws(FileError) -> any TokenSink {
    try checkOutputs(prefix: prefix, replacing: replacing)
    return switch self {
    case .split(let validationCount):
      try SplitSink(
        prefix: prefix, validationCount: validationCount, vocabularySize: vocabularySize, replacing: replacing
      )
    case .shards(let tokens):
      try ShardSink(prefix: prefix, tokens: tokens, vocabularySize: vocabularySize, replacing: replacing)
    }
  }
}
