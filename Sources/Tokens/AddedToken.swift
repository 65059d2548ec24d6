/// A token that stands in a text as it is, whatever merges would make of its bytes: `<|endoftext|>`, `[PAD]`, `<nl>`.
///
/// The flags are those of the Python package `tokenizers` (its `AddedToken`), with its names.
public struct AddedToken: Equatable, Sendable {
  /// In the vocabulary.
  public var id: Int
  /// At least one character.
  public var content: String
  /// Whether it is a mark and no part of the text proper. Only such a token can be left unparsed.
  public var isSpecial: Bool
  /// Whether it is looked for after the others, in what is left. (GPT-2 has no normalizer, so that nothing else
  /// follows from it.)
  public var isNormalized: Bool
  /// Whether it swallows white space before it.
  public var lstrip: Bool
  /// Whether it swallows white space after it.
  public var rstrip: Bool
  /// Whether it counts only where no letter, digit or underscore touches it.
  public var isSingleWord: Bool

  /// - Parameter isNormalized: As `tokenizers` has it if nothing is said: the opposite of `isSpecial`.
  public init(
    id: Int, content: String, isSpecial: Bool, isNormalized: Bool? = nil, lstrip: Bool = false,
    rstrip: Bool = false, isSingleWord: Bool = false
  ) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
    self.isNormalized = isNormalized ?? !isSpecial
    self.lstrip = lstrip
    self.rstrip = rstrip
    self.isSingleWord = isSingleWord
  }

  /// Whether anything is set beside what follows from `isSpecial`.
  package var hasFlags: Bool {
    self != AddedToken(id: id, content: content, isSpecial: isSpecial)
  }
}
