import BinaryFiles
import Tokens

/// A byte-pair tokenizer as transformers writes it into a model's folder.
enum HuggingFaceTokenizer {
  /// All in one, which transformers prefers.
  static let whole = "tokenizer.json"
  /// {token: id}
  static let vocabulary = "vocab.json"
  /// A merge a line, in order of rank.
  static let merges = "merges.txt"
  /// {token: id} of tokens that merges do not make, as old versions have it.
  static let addedTokens = "added_tokens.json"
  static let settings = "tokenizer_config.json"
  static let specialTokens = "special_tokens_map.json"

  static let endOfText = "<|endoftext|>"
}

/// What a folder says of its tokenizer, before any of it is checked against the rest.
struct HuggingFaceTokens {
  /// The file that has the vocabulary, named in errors.
  let path: String
  /// {token as `ByteSpelling` has it: id}
  let vocabulary: JSONObject
  /// Pairs of tokens in the same spelling, with a space between, in order of rank.
  let merges: [String]
  /// Tokens as they stand in a text, which merges do not make: end-of-text, and what was added since.
  let added: [AddedToken]

  struct AddedToken: Equatable {
    let text: String
    /// `nil` if it is that of the vocabulary.
    let id: Int?
  }
}

extension Tokenizer {
  /// The names of all files of a tokenizer in a folder of Hugging Face's: those that are read here, and those that
  /// transformers would read.
  public static let huggingFaceFileNames = [
    HuggingFaceTokenizer.whole, HuggingFaceTokenizer.vocabulary, HuggingFaceTokenizer.merges,
    HuggingFaceTokenizer.addedTokens, HuggingFaceTokenizer.settings, HuggingFaceTokenizer.specialTokens,
  ]

  /// Those of them that `huggingFaceFiles` makes.
  public static let huggingFaceFileNamesWritten = [
    HuggingFaceTokenizer.vocabulary, HuggingFaceTokenizer.merges, HuggingFaceTokenizer.settings,
    HuggingFaceTokenizer.specialTokens,
  ]

  /// Whether a folder has a tokenizer of Hugging Face's, of any kind.
  public static func isInHuggingFaceFolder(_ folder: String) -> Bool {
    [HuggingFaceTokenizer.whole, HuggingFaceTokenizer.vocabulary].contains {
      HuggingFaceTokenizerReader(folder: folder).has($0)
    }
  }

  /// The tokenizer in a folder of Hugging Face's: tokenizer.json, or vocab.json and merges.txt.
  ///
  /// - Throws: `FileError` if there is none, if a file is damaged, or if it does not split and merge as GPT-2's:
  ///   here a token's id must be its merge's rank.
  public convenience init(huggingFaceFolder folder: String) throws(FileError) {
    let reader = HuggingFaceTokenizerReader(folder: folder)
    let tokens = try reader.tokens()
    let (vocabulary, ids) = try tokens.checkedVocabulary()
    let name = try reader.endOfText()
    guard let endOfText = ids[name] else {
      throw tokens.mismatch(
        found: "no token \(name.onOneShortLine)", expected: "the token that ends a text",
        advice: "name a tokenizer file")
    }
    self.init(path: tokens.path, vocabulary: vocabulary, endOfText: endOfText)
    try check(tokens)
  }

  /// That the merges are those that this tokenizer makes of the vocabulary, in the same order; and that text never
  /// becomes a token that no merge makes, as it never does where merges alone are followed.
  private func check(_ tokens: HuggingFaceTokens) throws(FileError) {
    let encoder = try makeEncoder()
    var expected: [String] = []
    for id in 0..<vocabularySize where id != endOfText {
      let bytes = vocabulary[id]
      if let (left, right) = encoder.halves(of: id, bytes: bytes) {
        expected.append(merge(left, right))
      } else if bytes.count > 1, try encode(Array(bytes)).contains(id) {
        throw tokens.mismatch(
          found: "token \(id), '\(ByteSpelling.text(of: bytes).onOneShortLine)', that no merge makes",
          expected: "text to become merged tokens only", advice: "name a tokenizer file of GPT-2's kind")
      }
    }
    guard tokens.merges != expected else { return }
    let rank = zip(tokens.merges, expected).prefix { $0 == $1 }.count
    func line(_ merges: [String]) -> String {
      rank < merges.count ? "merge \(rank), '\(merges[rank].onOneShortLine)'" : "\(merges.count) merges"
    }
    throw tokens.mismatch(
      found: line(tokens.merges),
      expected: "\(line(expected)): merges in the order of the tokens they make, as GPT-2's",
      advice: "name a tokenizer file of GPT-2's kind")
  }

  /// A merge as Hugging Face spells it.
  func merge(_ left: Int, _ right: Int) -> String {
    "\(ByteSpelling.text(of: vocabulary[left])) \(ByteSpelling.text(of: vocabulary[right]))"
  }
}
