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
      UnsafeRawBufferPointer(file.bytes).withMemoryRebound(to: UInt8.self) {
        append($0, encoder: encoder, endOfText: tokenizer.endOfText)
      }
    }
  }

  private mutating func append(
    _ text: UnsafeBufferPointer<UInt8>, encoder: BytePairEncoder, endOfText: Int
  ) {
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
  /// more than a tenth.
  public static func defaultValidationCount(of count: Int) -> Int { min(32_768, count / 10) }

  /// Writes the first `validationCount` tokens to `PREFIX_val.bin` and the others to `PREFIX_train.bin`.
  ///
  /// - Parameter validationCount: `nil` for `defaultValidationCount`.
  /// - Parameter replacing: Whether files of these names may be replaced.
  /// - Returns: The number of tokens in each file.
  /// - Throws: `FileError` if either file would hold fewer than two tokens, an input and its target, or cannot
  ///   be written. Neither is written if one exists and may not be replaced.
  @discardableResult
  public func write(
    prefix: String, validationCount: Int? = nil, replacing: Bool
  ) throws(FileError) -> (validation: Int, training: Int) {
    let split = validationCount ?? Self.defaultValidationCount(of: tokens.count)
    guard split >= 2, split <= tokens.count - 2 else {
      throw FileError(
        source,
        .mismatch(
          found: "\(tokens.count) tokens, of which \(split) for validation",
          expected: "at least 2 for validation and 2 for training",
          advice: "give more text or another number of validation tokens"))
    }
    let (validation, training) = (prefix + "_val.bin", prefix + "_train.bin")
    try FileWriter.check(validation, replacing: replacing)
    try FileWriter.check(training, replacing: replacing)
    try TokenFile.write(tokens[..<split], to: validation, replacing: replacing)
    try TokenFile.write(tokens[split...], to: training, replacing: replacing)
    return (split, tokens.count - split)
  }
}
