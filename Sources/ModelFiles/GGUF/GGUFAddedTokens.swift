import BinaryFiles
import GGUF
import Tokens

// Which tokens of a GGUF file are no ordinary ones.
extension GGUFTokenizerReader {
  /// Every token's type; normal if the file says nothing.
  func types() throws(FileError) -> [GGUFTokenizer.TokenType] {
    let count = try strings(GGUFTokenizer.tokens).count
    guard let value = file[GGUFTokenizer.tokenTypes] else {
      return [GGUFTokenizer.TokenType](repeating: .normal, count: count)
    }
    let numbers: [Int] = if case .array(_, let values) = value { values.compactMap(\.integer) } else { [] }
    guard numbers.count == count else {
      throw mismatch(
        found: "\(GGUFTokenizer.tokenTypes) of \(numbers.count) types",
        expected: "one for each of the \(count) tokens", advice: "convert the model again")
    }
    var types: [GGUFTokenizer.TokenType] = []
    for (id, number) in numbers.enumerated() {
      guard let type = GGUFTokenizer.TokenType(rawValue: Int32(clamping: number)) else {
        throw FileError(
          file.path, .invalidTokenEntry(id: id, reason: "has type \(number), which is none of llama.cpp's"))
      }
      types.append(type)
    }
    return types
  }

  /// The tokens with roles, each of which must be in the vocabulary.
  func roles(count: Int) throws(FileError) -> SpecialTokens {
    var tokens = SpecialTokens()
    for role in SpecialTokens.Role.allCases {
      let key = GGUFTokenizer.key(of: role)
      guard let id = file[key]?.integer else { continue }
      guard 0..<count ~= id else {
        throw FileError(
          file.path, .invalidField(name: key, found: id, expected: "a value from 0 to \(count - 1)"))
      }
      tokens[role] = id
    }
    tokens[.unk] = tokens[.unk] ?? tokens[.eos]
    return tokens
  }

  func endOfText(_ roles: SpecialTokens) throws(FileError) -> Int {
    guard let id = roles[.eos] else {
      throw mismatch(
        found: "no \(GGUFTokenizer.end)", expected: "the token that ends a text",
        advice: "name a tokenizer file")
    }
    return id
  }

  /// Those that the types name, with the flags of the tokenizer.json in the file if there is one.
  func addedTokens(
    of vocabulary: Vocabulary, _ types: [GGUFTokenizer.TokenType], endOfText: Int
  ) throws(FileError) -> [AddedToken] {
    let stated = try statedTokens()
    var tokens: [AddedToken] = []
    var contents: Set<[UInt8]> = []
    for (id, type) in types.enumerated() {
      let isSpecial = type == .control || type == .unknown || id == endOfText
      guard isSpecial || type == .userDefined,
        let content = String(validating: vocabulary[id], as: UTF8.self)
      else { continue }
      guard contents.insert(Array(vocabulary[id])).inserted else {
        throw FileError(
          file.path,
          .invalidTokenEntry(id: id, reason: "is the added token '\(content.onOneShortLine)' again"))
      }
      tokens.append(stated[id, content] ?? AddedToken(id: id, content: content, isSpecial: isSpecial))
    }
    return tokens
  }

  /// Whether a space comes before a text: only the tokenizer.json in the file says so.
  func addsPrefixSpace() throws(FileError) -> Bool {
    try wholeTokenizer()?["pre_tokenizer"]?.object?["add_prefix_space"] == .bool(true)
  }

  private func wholeTokenizer() throws(FileError) -> JSONObject? {
    guard let text = file[GGUFTokenizer.whole]?.string else { return nil }
    return try JSONParser.parse(text, path: file.path).object
  }

  /// A token of tokenizer.json counts where the file's own list has it, too. One that merges make is there alone.
  private func statedTokens() throws(FileError) -> StatedTokens {
    var tokens: [Int: AddedToken] = [:]
    guard let object = try wholeTokenizer() else { return StatedTokens(tokens: [:]) }
    for stated in try WholeTokenizerReader(path: file.path, object: object).addedTokens() {
      guard let id = stated.id else { continue }
      var token = stated.token
      token.id = id
      tokens[id] = token
    }
    return StatedTokens(tokens: tokens)
  }
}

private struct StatedTokens {
  let tokens: [Int: AddedToken]

  subscript(id: Int, content: String) -> AddedToken? {
    tokens[id].flatMap { $0.content == content ? $0 : nil }
  }
}
