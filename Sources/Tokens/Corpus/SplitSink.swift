import GPT2BinaryFiles

/// The first tokens in one file, for validation, and the others in a second.
///
/// Unless it is given, the number of tokens for validation follows from that of all. Tokens are held until it is
/// known: 327,680 at most, of which 32,768 are a tenth.
final class SplitSink: TokenSink {
  private(set) var count = 0
  private let givenSplit: Int?
  /// The number of tokens for validation, once it is known.
  private var split: Int?
  private var held: [UInt16] = []
  private let validation: TokenFileWriter?
  private let training: TokenFileWriter

  /// - Throws: `FileError` if a file exists and may not be replaced, or cannot be created.
  init(prefix: String, validationCount: Int?, vocabularySize: Int?, replacing: Bool) throws(FileError) {
    givenSplit = validationCount
    split = validationCount
    validation =
      validationCount == 0
      ? nil
      : try TokenFileWriter(
        to: TokenLayout.validation(prefix), vocabularySize: vocabularySize, replacing: replacing)
    training = try TokenFileWriter(
      to: TokenLayout.training(prefix), vocabularySize: vocabularySize, replacing: replacing)
  }

  func append(_ tokens: ArraySlice<UInt16>) throws(FileError) {
    if let split { return try write(tokens, split: split) }
    held.append(contentsOf: tokens)
    let most = TokenLayout.defaultValidationCount(of: .max)
    if TokenLayout.defaultValidationCount(of: held.count) == most { try writeHeld(split: most) }
  }

  private func writeHeld(split: Int) throws(FileError) {
    self.split = split
    let tokens = held
    held = []
    try write(tokens[...], split: split)
  }

  private func write(_ tokens: ArraySlice<UInt16>, split: Int) throws(FileError) {
    let first = tokens.prefix(max(0, split - count))
    count += tokens.count
    if !first.isEmpty { try validation?.append(first) }
    if first.count < tokens.count { try training.append(tokens.dropFirst(first.count)) }
  }

  func finish(source: String) throws(FileError) -> [TokenFileWriter] {
    if split == nil, held.count >= 4 {
      try writeHeld(split: TokenLayout.defaultValidationCount(of: held.count))
    }
    try check(count + held.count, source)
    let writers = [validation, training].compactMap { $0 }
    for writer in writers { try writer.finish() }
    return writers
  }

  /// Whether `count` tokens are enough for each file to hold an input and its target.
  private func check(_ count: Int, _ source: String) throws(FileError) {
    guard validation == nil else {
      // Of 4 or more tokens the default always leaves enough: only a number that was given can be refused.
      return try TokenLayout.check(
        count, validationCount: split ?? givenSplit ?? 2, isGiven: givenSplit != nil, source)
    }
    guard count >= 2 else {
      throw FileError(
        source,
        .mismatch(
          found: "\(count) tokens", expected: "at least 2 tokens for training", advice: "give more text"))
    }
  }
}
