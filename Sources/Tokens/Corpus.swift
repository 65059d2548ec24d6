import BinaryFiles

/// Texts as one stream of tokens, made as llm.c's `dev/data/tinyshakespeare.py` makes it.
///
/// A text is split into sections on every blank line ("\n\n", from left to right), each section is encoded by
/// itself and begins with end-of-text, and the blank line stays at the end of every section but the last.
/// Bytes are kept as they are: Python's text mode would also turn "\r\n" and "\r" into "\n".
public struct Corpus: Sendable, Equatable {
  public private(set) var tokens: [UInt16] = []

  /// Where the text came from, named in errors.
  private let source: String

  /// Whether there was no text: its tokens are not none even then, since each text begins with end-of-text.
  private var isEmpty = true

  /// - Throws: `FileError` if the tokenizer has no token for some byte.
  public init(_ text: [UInt8], tokenizer: Tokenizer) throws(FileError) {
    source = "the text"
    let encoder = try tokenizer.makeEncoder()
    text.withUnsafeBufferPointer { append($0, encoder: encoder, endOfText: tokenizer.endOfText) }
  }

  /// The texts of several files, one after the other, each beginning with its own end-of-text.
  ///
  /// - Throws: `FileError` if a file cannot be read or the tokenizer has no token for some byte.
  public init(contentsOf paths: [String], tokenizer: Tokenizer) throws(FileError) {
    source = paths.first ?? "the list of texts"
    let encoder = try tokenizer.makeEncoder()
    for path in paths {
      let file = try MappedFile(path: path)
      // Else `file` might be released, and so unmapped, after its last mention.
      withExtendedLifetime(file) {
        UnsafeRawBufferPointer(file.bytes).withMemoryRebound(to: UInt8.self) {
          append($0, encoder: encoder, endOfText: tokenizer.endOfText)
        }
      }
    }
  }

  private mutating func append(
    _ text: UnsafeBufferPointer<UInt8>, encoder: BytePairEncoder, endOfText: Int
  ) {
    isEmpty = isEmpty && text.isEmpty
    let newline = UInt8(ascii: "\n")
    var start = 0
    var position = 0
    while true {
      while position + 1 < text.count, text[position] != newline || text[position + 1] != newline {
        position += 1
      }
      let isLast = position + 1 >= text.count
      position = isLast ? text.count : position + 2
      tokens.append(UInt16(endOfText))
      encoder.encode(UnsafeBufferPointer(rebasing: text[start..<position]), into: &tokens)
      if isLast { return }
      start = position
    }
  }

  /// How many of `count` tokens to set aside for validation unless told otherwise: llm.c's 32,768, but no
  /// more than a tenth, and at least 2, an input and its target.
  public static func defaultValidationCount(of count: Int) -> Int { max(2, min(32_768, count / 10)) }

  /// Says whether `write` could begin its files, so that nobody waits for the tokens first.
  ///
  /// - Throws: `FileError` if a file exists and may not be replaced, or if its directory takes no files.
  public static func checkOutputs(prefix: String, replacing: Bool) throws(FileError) {
    let (validation, training) = outputs(prefix: prefix)
    try FileWriter.check(validation, replacing: replacing)
    try FileWriter.check(training, replacing: replacing)
  }

  private static func outputs(prefix: String) -> (validation: String, training: String) {
    (prefix + "_val.bin", prefix + "_train.bin")
  }

  /// Writes the first `validationCount` tokens to `PREFIX_val.bin` and the others to `PREFIX_train.bin`.
  ///
  /// - Parameter validationCount: `nil` for `defaultValidationCount`.
  /// - Parameter replacing: Whether files of these names may be replaced.
  /// - Returns: The number of tokens in each file.
  /// - Throws: `FileError` if either file would hold fewer than two tokens, an input and its target, or cannot
  ///   be written. Neither gets its name before both are whole.
  @discardableResult
  public func write(
    prefix: String, validationCount: Int? = nil, replacing: Bool
  ) throws(FileError) -> (validation: Int, training: Int) {
    let split = try checkedSplit(validationCount)
    try Self.checkOutputs(prefix: prefix, replacing: replacing)
    let (validation, training) = Self.outputs(prefix: prefix)
    try TokenFile.write(tokens[..<split], to: validation, replacing: replacing) { () throws(FileError) in
      try TokenFile.write(tokens[split...], to: training, replacing: replacing)
    }
    return (split, tokens.count - split)
  }

  /// The number of tokens for validation, once it is known to leave enough on either side.
  private func checkedSplit(_ validationCount: Int?) throws(FileError) -> Int {
    guard !isEmpty else {
      throw mismatch(found: "that the text is empty", advice: "name a file with some text")
    }
    guard tokens.count >= 4 else {
      throw mismatch(found: "\(tokens.count) tokens", advice: "give more text")
    }
    let split = validationCount ?? Self.defaultValidationCount(of: tokens.count)
    // Of 4 or more tokens the default always leaves enough: only a number that was given can be refused.
    guard split >= 2, split <= tokens.count - 2 else {
      throw mismatch(
        found: "\(tokens.count) tokens, of which \(split) for validation",
        advice: "give more text or another number of validation tokens")
    }
    return split
  }

  private func mismatch(found: String, advice: String) -> FileError {
    let expected = "at least 2 tokens for validation and 2 for training"
    return FileError(source, .mismatch(found: found, expected: expected, advice: advice))
  }
}
