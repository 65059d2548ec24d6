import GPT2BinaryFiles
import Synchronization

/// A byte-level byte-pair tokenizer: text to token ids and back, as GPT-2's.
///
/// It needs the tokens' bytes and no merges, as llm.c's tokenizer files have them: a pair of tokens merges into the
/// token whose bytes are theirs joined, and that token's id is the merge's rank.
public final class Tokenizer: Sendable {
  /// The file this was read from, named in errors.
  package let path: String
  package let vocabulary: Vocabulary

  /// The token that begins a document. Text becomes it only where special tokens are parsed.
  public let endOfText: Int
  /// Tokens that are found in a text as they are, in order of their ids; end-of-text is one.
  public let addedTokens: [AddedToken]
  package let specialTokens: SpecialTokens
  /// Whether special tokens in a prompt are meant as such if nobody says otherwise: the tokenizers of transformers and
  /// llama.cpp take them so, llm.c's does not.
  public let parsesSpecialTokens: Bool
  /// See `TextEncoder`.
  package let addsPrefixSpace: Bool
  /// Tokens that merges never make: end-of-text, and others.
  package let unmerged: Set<Int>

  private let specialIDs: Set<Int>

  /// Whether a token is a mark and no text: end-of-text, or an added token with that flag.
  public func isSpecial(_ token: Int) -> Bool { specialIDs.contains(token) }

  /// The number of tokens, V. Ids are below it.
  public var vocabularySize: Int { vocabulary.count }

  /// Made when first needed: decoding alone, as in generation without a prompt, needs none.
  private let encoder = Mutex<BytePairEncoder?>(nil)

  /// A tokenizer of which nothing is known but its tokens, as llm.c's.
  package convenience init(path: String, vocabulary: Vocabulary, endOfText: Int) {
    let content = String(validating: vocabulary[endOfText], as: UTF8.self)
    self.init(
      path: path, vocabulary: vocabulary, endOfText: endOfText,
      addedTokens: content.map { [AddedToken(id: endOfText, content: $0, isSpecial: true)] } ?? [],
      specialTokens: SpecialTokens(endOfText: endOfText), parsesSpecialTokens: false, unmerged: [endOfText])
  }

  /// - Parameter unmerged: Tokens that text never becomes by merges; end-of-text is one in any case.
  package init(
    path: String, vocabulary: Vocabulary, endOfText: Int, addedTokens: [AddedToken],
    specialTokens: SpecialTokens, parsesSpecialTokens: Bool, addsPrefixSpace: Bool = false, unmerged: Set<Int>
  ) {
    self.path = path
    self.vocabulary = vocabulary
    self.endOfText = endOfText
    self.addedTokens = addedTokens.sorted { $0.id < $1.id }
    self.specialTokens = specialTokens
    self.parsesSpecialTokens = parsesSpecialTokens
    self.addsPrefixSpace = addsPrefixSpace
    self.unmerged = unmerged.union([endOfText])
    specialIDs = Set(addedTokens.filter(\.isSpecial).map(\.id) + [endOfText])
  }

  /// The 256 bytes as they are and end-of-text, 256: no file, no merges.
  public static let byteLevel: Tokenizer = {
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { vocabulary.append([byte]) }
    vocabulary.append("<|endoftext|>".utf8)
    return Tokenizer(path: "the byte-level tokenizer", vocabulary: vocabulary, endOfText: 256)
  }()

  /// The bytes of one token, which need not be whole characters.
  ///
  /// - Precondition: `token` is in 0..<`vocabularySize`.
  public func bytes(of token: Int) -> ArraySlice<UInt8> {
    precondition(0 <= token && token < vocabularySize, "token \(token) of \(vocabularySize)")
    return vocabulary[token]
  }

  /// The bytes of `tokens`, joined. See `UTF8Stream` for printing them as they come.
  ///
  /// - Precondition: Each token is in 0..<`vocabularySize`; tokens of a file are checked with `TokenFile.check`.
  public func decode(_ tokens: some Sequence<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for token in tokens { bytes.append(contentsOf: self.bytes(of: token)) }
    return bytes
  }

  /// The tokens of `text`. Without added tokens, they are those of tiktoken's `encode_ordinary`.
  ///
  /// - Parameter parsingSpecialTokens: Whether special tokens that stand in the text become themselves; if not, they are
  ///   spelt out. Other added tokens always become themselves, as in transformers and llama.cpp.
  /// - Throws: `FileError` if `text` has a byte that the tokenizer has no token for.
  public func encode(_ text: String, parsingSpecialTokens: Bool = false) throws(FileError) -> [Int] {
    let encoder = textEncoder(parsingSpecialTokens: parsingSpecialTokens)
    var text = text
    if let missing = text.withUTF8({ encoder.missingByte(in: $0) }) { throw error(missing) }
    var tokens: [Int] = []
    text.withUTF8 { encoder.encode($0, into: &tokens) }
    return tokens
  }

  /// The tokens of `bytes`, which need not be UTF-8: a byte that is part of no character counts as a symbol.
  /// Decoding gives back the same bytes.
  ///
  /// - Throws: `FileError` if the tokenizer has no token for one of them.
  public func encode(_ bytes: [UInt8], parsingSpecialTokens: Bool = false) throws(FileError) -> [Int] {
    let encoder = textEncoder(parsingSpecialTokens: parsingSpecialTokens)
    let missing = bytes.withUnsafeBufferPointer { encoder.missingByte(in: $0) }
    if let missing { throw error(missing) }
    var tokens: [Int] = []
    bytes.withUnsafeBufferPointer { encoder.encode($0, into: &tokens) }
    return tokens
  }

  private func textEncoder(parsingSpecialTokens: Bool) -> TextEncoder {
    TextEncoder(
      pairs: preparedEncoder(),
      splitter: AddedTokenSplitter(addedTokens, parsesSpecialTokens: parsingSpecialTokens),
      addsPrefixSpace: addsPrefixSpace)
  }

  /// - Throws: `FileError` if the tokenizer has no token for some byte: it cannot encode any text then.
  package func makeTextEncoder(parsingSpecialTokens: Bool) throws(FileError) -> TextEncoder {
    _ = try makeEncoder()
    return textEncoder(parsingSpecialTokens: parsingSpecialTokens)
  }

  /// - Throws: `FileError` if the tokenizer has no token for some byte: it cannot encode any text then.
  package func makeEncoder() throws(FileError) -> BytePairEncoder {
    let encoder = preparedEncoder()
    guard encoder.missingBytes.isEmpty else {
      throw FileError(
        path,
        .mismatch(
          found: "a vocabulary without some of the 256 single bytes",
          expected: "one that can encode any text",
          advice: "it can only decode; encode with another tokenizer"))
    }
    return encoder
  }

  private func preparedEncoder() -> BytePairEncoder {
    encoder.withLock { encoder in
      if let encoder { return encoder }
      let made = BytePairEncoder(vocabulary, excluding: unmerged)
      encoder = made
      return made
    }
  }

  private func error(_ missing: (position: Int, byte: UInt8)) -> FileError {
    let (position, byte) = missing
    let shown = (0x21...0x7E).contains(byte) ? " ('\(Character(Unicode.Scalar(byte)))')" : ""
    return FileError(
      path,
      .mismatch(
        found: "byte \(byte)\(shown) at position \(position) of the text, for which it has no token",
        expected: "bytes of its vocabulary", advice: "give a prompt by ids with --prompt-tokens"))
  }
}
