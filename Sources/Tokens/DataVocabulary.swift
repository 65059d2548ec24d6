import GPT2BinaryFiles

/// The size of the vocabulary that token files need, for a new model without a tokenizer.
package struct DataVocabulary: Sendable, Equatable {
  /// V of GPT-2's own tokenizer.
  static let gpt2 = 50_257
  /// A file of GPT-2's tokens may have no end-of-text and none of its last tokens; a greater token than this tells it.
  /// So does the first token of llm.c's files, and nothing more need be read.
  private static let surelyGPT2 = 32_768

  /// V: what the files say, or else one more than their greatest token.
  package let size: Int
  /// Whether a file says so.
  package let isStated: Bool

  /// - Parameter patterns: Paths or shell patterns, as `DataLoader` takes them.
  /// - Throws: `FileError` if no file matches, if one is no token file, or if two say different sizes.
  package init(ofFilesMatching patterns: [String]) throws(FileError) {
    var stated: (size: Int, path: String)?
    var largest = 0
    for pattern in patterns {
      for path in try paths(matching: pattern) {
        let file = try TokenFile(contentsOf: path)
        guard let size = file.vocabularySize else {
          if largest < Self.surelyGPT2 { largest = max(largest, file.largestToken(upTo: Self.surelyGPT2)) }
          continue
        }
        if let stated, stated.size != size {
          throw FileError(
            path,
            .mismatch(
              found: "tokens of a vocabulary of \(size)", expected: "\(stated.size), as in \(stated.path)",
              advice: "make all token files with the same tokenizer"))
        }
        stated = (size, path)
      }
    }
    isStated = stated != nil
    size = stated?.size ?? (largest < Self.surelyGPT2 ? largest + 1 : Self.gpt2)
  }

  /// Whether it is GPT-2's, so that nothing need be said.
  package var isGPT2: Bool { size == Self.gpt2 }
}
