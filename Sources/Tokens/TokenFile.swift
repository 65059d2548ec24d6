import GPT2BinaryFiles

/// A file of tokens as llm.c's data scripts write it: a header [0] magic, [1] version, [2] count, then uint16
/// tokens. It is mapped, not read: a large file costs no memory.
///
/// Of the words that llm.c leaves 0 and never looks at, ours have one: [3] is the size of the vocabulary, and 0 for
/// GPT-2's, so that files of GPT-2's tokens are llm.c's byte for byte.
package struct TokenFile: Sendable {
  package static let magic: Int32 = 20_240_520
  static let version: Int32 = 1

  private let file: MappedFile

  /// The number of tokens, at least 1.
  package let count: Int

  /// V of the tokenizer, where the file says so; llm.c's do not, and neither do those of GPT-2's vocabulary.
  package let vocabularySize: Int?

  package var path: String { file.path }

  /// - Throws: `FileError` if the file cannot be read, is of another kind, has not the size that its header
  ///   declares, or is of a set that `tokenize` did not come to the end of. The header-less files of older programs are of another kind: see `HeaderlessCorpus`.
  package init(contentsOf path: String) throws(FileError) {
    try TokenLayout.checkSet(of: path)
    file = try MappedFile(path: path)
    let header: Header
    do throws(FileError) {
      header = try Header(of: file, magic: Self.magic, kind: "token file")
    } catch {
      throw Self.explanation(of: error, about: file)
    }
    guard header.version == Self.version else {
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [Self.version], advice: "make it again from its text"))
    }
    count = try header.field(2, named: "token count", in: 1...Int(Int32.max), of: path)
    let size = try header.field(3, named: "vocabulary size", in: 0...Vocabulary.largestCount, of: path)
    vocabularySize = size == 0 ? nil : size
    let expected = Header.byteCount + count * MemoryLayout<UInt16>.size
    guard file.count == expected else {
      throw FileError(path, .wrongSize(found: file.count, expected: expected))
    }
  }

  /// The token at `index`, in 0..<`count`.
  package subscript(index: Int) -> Int {
    precondition(0 <= index && index < count, "token \(index) of \(count)")
    return Int(file.load(UInt16.self, at: Header.byteCount + index * MemoryLayout<UInt16>.size))
  }

  /// The tokens of `range`, which lies in 0..<`count`.
  package func load(_ range: Range<Int>) -> [Int32] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    return withTokens { tokens in tokens[range].map { Int32(UInt16(littleEndian: $0)) } }
  }

  /// Checks that the file is still as long as it was.
  ///
  /// - Throws: `FileError` if it was cut meanwhile; what was cut off read as zeros.
  package func check() throws(FileError) { try file.check() }

  /// Checks that every token is below `vocabularySize`.
  ///
  /// - Throws: `FileError` with the first token that is not, and its position.
  package func check(below vocabularySize: Int) throws(FileError) {
    guard vocabularySize <= Int(UInt16.max) else { return }
    let limit = UInt16(clamping: vocabularySize)
    let first = withTokens { tokens in
      tokens.firstIndex { UInt16(littleEndian: $0) >= limit }
    }
    guard let first else { return }
    throw FileError(
      path, .tokenOutOfRange(token: self[first], position: first, vocabularySize: vocabularySize))
  }

  /// The greatest token, or the first that is at least `limit`.
  func largestToken(upTo limit: Int) -> Int {
    withTokens { tokens in
      var largest: UInt16 = 0
      for token in tokens {
        largest = max(largest, UInt16(littleEndian: token))
        if Int(largest) >= limit { break }
      }
      return Int(largest)
    }
  }

  /// Whether a token is there at least once.
  func holds(_ token: Int32) -> Bool {
    guard let token = UInt16(exactly: token) else { return false }
    return withTokens { $0.contains(token.littleEndian) }
  }

  /// Calls `body` with all the tokens as they are stored, little-endian.
  private func withTokens<Result>(_ body: (UnsafeBufferPointer<UInt16>) -> Result) -> Result {
    // The mapping must outlive the last mention of `file`.
    withExtendedLifetime(file) {
      // A mapping begins at a page, and the header keeps the tokens aligned.
      let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[Header.byteCount...])
      return bytes.withMemoryRebound(to: UInt16.self, body)
    }
  }

  /// Writes a token file.
  ///
  /// - Parameters:
  ///   - tokens: At least 1, and no more than the header's int32 can count.
  ///   - vocabularySize: V of their tokenizer, if it is known.
  ///   - replacing: Whether a file at `path` may be replaced.
  /// - Throws: `FileError` if there are too few or too many tokens, if the file exists and may not be replaced,
  ///   or if it cannot be written. Then nothing is left behind.
  package static func write(
    _ tokens: ArraySlice<UInt16>, to path: String, vocabularySize: Int? = nil, replacing: Bool
  ) throws(FileError) {
    let writer = try TokenFileWriter(to: path, vocabularySize: vocabularySize, replacing: replacing)
    try writer.append(tokens)
    try TokenFileWriter.commit([writer])
  }

  /// Writes all of `tokens`: see `write(_:to:replacing:)` for a slice.
  package static func write(_ tokens: [UInt16], to path: String, replacing: Bool) throws(FileError) {
    try write(tokens[...], to: path, replacing: replacing)
  }
}
