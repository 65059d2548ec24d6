import GPT2BinaryFiles
import GPT2Platform

/// The files of one layout, all or none of which get their names.
final class TokenOutput {
  private let prefix: String
  private let layout: TokenLayout
  private let sink: any TokenSink

  /// - Parameters:
  ///   - vocabularySize: V of the tokens' tokenizer, if it is known.
  ///   - endOfText: The token that begins each document, if it is known.
  /// - Throws: `FileError` if a file exists and may not be replaced, or cannot be created.
  init(prefix: String, layout: TokenLayout, vocabularySize: Int?, endOfText: Int?, replacing: Bool)
    throws(FileError)
  {
    self.prefix = prefix
    self.layout = layout
    sink = try layout.makeSink(
      prefix: prefix, vocabularySize: vocabularySize, endOfText: endOfText, replacing: replacing)
  }

  /// - Parameter isInterrupted: Asked before each file that is begun, of which a block of tokens may fill many.
  /// - Returns: Whether all were appended; `false` if interrupted.
  func append(_ tokens: ArraySlice<UInt16>, isInterrupted: () -> Bool) throws(FileError) -> Bool {
    guard case .shards(let size) = layout else {
      try sink.append(tokens)
      return true
    }
    var rest = tokens
    while !rest.isEmpty {
      if isInterrupted() { return false }
      try sink.append(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    return true
  }

  /// Gives the files their names.
  ///
  /// - Parameter source: Where the tokens came from, named if there are too few.
  /// - Throws: `FileError` if there are not enough tokens for the files, or the system refuses a step.
  func commit(source: String) throws(FileError) -> TokenFiles {
    let writers = try sink.finish(source: source)
    let mark = TokenLayout.mark(prefix)
    // One file needs none, but one that a kill has left goes with it.
    let isMarked = writers.count > 1 || FileSystem.exists(mark)
    try TokenFileWriter.commit(writers, markedBy: isMarked ? mark : nil)
    let paths = Set(writers.map(\.path))
    var strays: [String] = []
    if case .shards = layout { strays = TokenLayout.existingShards(prefix).filter { !paths.contains($0) } }
    return TokenFiles(
      files: writers.map { TokenFiles.File(path: $0.path, tokens: $0.count) }, strayShards: strays,
      draw: sink.draw)
  }
}
