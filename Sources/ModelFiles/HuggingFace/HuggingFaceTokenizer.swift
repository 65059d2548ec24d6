import GPT2BinaryFiles
import GPT2Tokens

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
  /// How a conversation becomes a prompt; nothing here reads them.
  static let templates = ["chat_template.jinja", "chat_template.json"]

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
  /// Tokens as they stand in a text.
  var added: [HuggingFaceAddedToken]
  var addsPrefixSpace = false
  /// Whether a piece of text that is a token is that token even if no merge makes it.
  var ignoresMerges = false
}

extension Tokenizer {
  /// The names of all files of a tokenizer in a folder of Hugging Face's: those that are read here, and those that
  /// transformers would read.
  package static let huggingFaceFileNames =
    [
      HuggingFaceTokenizer.whole, HuggingFaceTokenizer.vocabulary, HuggingFaceTokenizer.merges,
      HuggingFaceTokenizer.addedTokens, HuggingFaceTokenizer.settings, HuggingFaceTokenizer.specialTokens,
    ] + HuggingFaceTokenizer.templates

  /// Those of them that `huggingFaceFiles` makes.
  package static let huggingFaceFileNamesWritten = [
    HuggingFaceTokenizer.whole, HuggingFaceTokenizer.vocabulary, HuggingFaceTokenizer.merges,
    HuggingFaceTokenizer.settings, HuggingFaceTokenizer.specialTokens,
  ]

  /// Whether a folder has a tokenizer of Hugging Face's, of any kind.
  package static func isInHuggingFaceFolder(_ folder: String) -> Bool {
    let files = HuggingFaceFiles(folder: folder)
    return [HuggingFaceTokenizer.whole, HuggingFaceTokenizer.vocabulary].contains { files.has($0) }
  }

  /// The tokenizer in a folder of Hugging Face's: tokenizer.json, or vocab.json and merges.txt.
  ///
  /// - Throws: `FileError` if there is none, if a file is damaged, or if it does not split and merge as GPT-2's:
  ///   here a token's id must be its merge's rank.
  package convenience init(huggingFaceFolder folder: String) throws(FileError) {
    try self.init(HuggingFaceTokenizerReader(folder: folder))
  }

  /// A tokenizer by the name of its file: a tokenizer.json, or a vocab.json with merges.txt beside it. What else there
  /// is in its folder counts, too.
  ///
  /// - Throws: As `init(huggingFaceFolder:)`.
  convenience init(huggingFaceFile path: String, holding object: JSONObject, isWhole: Bool) throws(FileError)
  {
    try self.init(HuggingFaceTokenizerReader(file: path, holding: object, isWhole: isWhole))
  }

  private convenience init(_ reader: HuggingFaceTokenizerReader) throws(FileError) {
    let roles = try reader.roles()
    var tokens = try reader.tokens(roles)
    tokens.add(roles)
    let checked = try tokens.checkedVocabulary()
    let special = try roles.specialTokens(of: checked.ids)
    let name = HuggingFaceTokenizer.endOfText
    guard let endOfText = special[.eos] ?? special[.bos] ?? checked.ids[name] else {
      throw tokens.mismatch(
        found: "no token \(name)", expected: "the token that ends a text", advice: "name a tokenizer file")
    }
    self.init(
      path: tokens.path, vocabulary: checked.vocabulary, endOfText: endOfText,
      addedTokens: tokens.placed(checked.ids), specialTokens: special, parsesSpecialTokens: true,
      addsPrefixSpace: tokens.addsPrefixSpace, unmerged: checked.unmerged)
    try check(tokens)
  }

  /// That the merges are those that this tokenizer makes of the vocabulary, in the same order.
  private func check(_ tokens: HuggingFaceTokens) throws(FileError) {
    let expected = try merges().map { merge($0.left, $0.right) }
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
