import GPT2BinaryFiles

/// Writes a token file as its tokens come. Their number, which the header holds, is written last.
///
/// The file has no name until it is committed; a writer that is dropped before leaves nothing behind.
final class TokenFileWriter {
  let path: String
  /// The number of tokens appended.
  private(set) var count = 0
  private let vocabularySize: Int?
  private let writer: FileWriter
  private var isFinished = false
  /// How many tokens are made little-endian, and so copied, at once: 2 MiB.
  private static let tokensAtOnce = 1 << 20

  /// - Parameter vocabularySize: V of the tokenizer, if it is known.
  /// - Throws: `FileError` if the file exists and may not be replaced, or cannot be created.
  init(to path: String, vocabularySize: Int?, replacing: Bool) throws(FileError) {
    self.path = path
    self.vocabularySize = vocabularySize
    writer = try FileWriter(to: path, replacing: replacing)
    try writer.append(Header(magic: TokenFile.magic, version: TokenFile.version))
  }

  /// - Throws: `FileError` if the file cannot be written, or would hold more than its header's int32 can count.
  func append(_ tokens: ArraySlice<UInt16>) throws(FileError) {
    guard count + tokens.count <= Int32.max else {
      throw FileError(
        path,
        .mismatch(
          found: "more than \(Int32.max) tokens", expected: "what the header of one file can count",
          advice: "write several files with --shard-tokens"))
    }
    var rest = tokens
    while !rest.isEmpty {
      // A key path in place of the closure would be looked up for every token.
      try writer.append(rest.prefix(Self.tokensAtOnce).map { $0.littleEndian })
      rest = rest.dropFirst(Self.tokensAtOnce)
    }
    count += tokens.count
  }

  /// Writes the header and closes the file, which then only wants its name.
  ///
  /// - Throws: `FileError` if the file has no tokens, or the system refuses a step.
  func finish() throws(FileError) {
    guard !isFinished else { return }
    guard count > 0 else {
      throw FileError(
        path,
        .mismatch(
          found: "0 tokens to write", expected: "1 to \(Int32.max)", advice: "give it some text"))
    }
    var header = Header(magic: TokenFile.magic, version: TokenFile.version)
    header[2] = count
    if let vocabularySize, vocabularySize != DataVocabulary.gpt2 { header[3] = vocabularySize }
    try writer.replaceHeader(with: header)
    try writer.finish()
    isFinished = true
  }

  /// Finishes the files and gives all of them their names, or none.
  ///
  /// - Parameter mark: See `FileWriter.commit`.
  static func commit(_ writers: [TokenFileWriter], markedBy mark: String? = nil) throws(FileError) {
    for writer in writers { try writer.finish() }
    try FileWriter.commit(writers.map(\.writer), markedBy: mark)
  }
}
