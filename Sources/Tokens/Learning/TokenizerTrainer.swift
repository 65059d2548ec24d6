import GPT2BinaryFiles

/// A tokenizer and what came of training it.
package struct TrainedTokenizer: Sendable {
  /// A merge: what it joins, and how often the pair occurred when it was made.
  package struct Merge: Equatable, Sendable {
    package let left: Int
    package let right: Int
    package let count: Int
  }

  /// Bytes in GPT-2's order, then a token for each merge, then the special tokens, of which end-of-text is the last.
  package let tokenizer: Tokenizer
  package let merges: [Merge]
  /// How many tokens the text becomes, without end-of-text.
  package let tokens: Int
}

/// Trains byte-level byte-pair tokenizers as GPT-2's: merges inside the pieces of its splitting pattern.
///
/// The merges are those of `BpeTrainer` of the package `tokenizers` with the pre-tokenizer `ByteLevel`, but that no token
/// has more than 255 bytes, as files have room for, and that none spells a special token.
package struct TokenizerTrainer: Sendable {
  package let settings: TokenizerSettings

  package init(_ settings: TokenizerSettings) { self.settings = settings }

  /// - Parameters:
  ///   - pieces: The same text's, however it was counted, give the same tokenizer.
  ///   - path: What the tokenizer is called in errors.
  ///   - isInterrupted: Asked before each merge.
  ///   - observe: Called after each merge with their number.
  /// - Returns: `nil` if interrupted.
  /// - Throws: `FileError` if the text has too few merges for the vocabulary, or if there is no memory for its pieces.
  package func train(
    on pieces: CountedPieces, path: String, isInterrupted: () -> Bool = { false },
    observing observe: (Int) -> Void = { _ in }
  ) throws(FileError) -> TrainedTokenizer? {
    try checkMemory(for: pieces)
    let bytes = pieces.table.total
    var learner = MergeLearner(
      pieces.table, alphabet: ByteSpelling.order, vocabularySize: settings.vocabularySize,
      minimum: settings.minimumFrequency,
      special: Set((settings.specialTokens + [TokenizerSettings.endOfText]).map { Array($0.utf8) }))
    var merges: [TrainedTokenizer.Merge] = []
    while merges.count < settings.mergeCount {
      if isInterrupted() { return nil }
      guard let merge = learner.next() else { throw tooFew(merges.count, of: pieces) }
      merges.append(.init(left: Int(merge.left), right: Int(merge.right), count: merge.count))
      observe(merges.count)
    }
    return TrainedTokenizer(
      tokenizer: tokenizer(learner.vocabulary, path: path), merges: merges, tokens: bytes - learner.saved)
  }

  private func tokenizer(_ tokens: [[UInt8]], path: String) -> Tokenizer {
    var vocabulary = Vocabulary()
    for token in tokens { vocabulary.append(token) }
    let special = settings.specialTokens + [TokenizerSettings.endOfText]
    let added = special.enumerated().map { AddedToken(id: tokens.count + $0, content: $1, isSpecial: true) }
    for token in special { vocabulary.append(token.utf8) }
    var roles = SpecialTokens(endOfText: vocabulary.count - 1)
    roles.additional = added.dropLast().map(\.id)
    return Tokenizer(
      path: path, vocabulary: vocabulary, endOfText: vocabulary.count - 1, addedTokens: added,
      specialTokens: roles, parsesSpecialTokens: false, unmerged: Set(added.map(\.id)))
  }

  private func checkMemory(for pieces: CountedPieces) throws(FileError) {
    let length = PieceRow.length(for: pieces.table)
    let purpose = "\(pieces.count) different pieces of \(pieces.table.byteCount) bytes"
    guard length <= PieceRow.longest else {
      throw FileError(
        pieces.name,
        .mismatch(
          found: purpose, expected: "no more than \(PieceRow.longest) bytes",
          advice: "name a part of the text, or one whose words have spaces between them"))
    }
    try DeclaredMemory.check(CheckedCount(length) * PieceRow.memoryOfAPlace, for: purpose, of: pieces.name)
  }

  private func tooFew(_ count: Int, of pieces: CountedPieces) -> FileError {
    let most = settings.vocabularySize - settings.mergeCount + count
    let least = settings.minimumFrequency
    let often = least > 1 ? " of pairs that occur \(least) times or more" : ""
    return FileError(
      pieces.name,
      .mismatch(
        found: "a text that allows no more than \(count) merge\(count == 1 ? "" : "s")\(often)",
        expected: "\(settings.mergeCount), for a vocabulary of \(settings.vocabularySize)",
        advice:
          "ask for \(most) tokens at most, \(least > 1 ? "lower the minimum frequency, " : "")or add text"))
  }
}
