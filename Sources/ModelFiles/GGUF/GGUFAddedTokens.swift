import GPT2BinaryFiles
import GPT2GGUF
import GPT2Tokens

// Which tokens of a GGUF file are no ordinary ones.
extension GGUFTokenizerReader {
  /// The type of each of `count` tokens; normal if the file says nothing.
  func types(count: Int) throws(FileError) -> [GGUFTokenizer.TokenType] {
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
      guard let value = file[key] else { continue }
      guard let id = value.integer, 0..<count ~= id else {
        throw FileError(
          file.path,
          .invalidField(
            name: key, found: value.integer ?? .max, expected: "a value from 0 to \(count - 1)"))
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

  /// Those that the types name, with the flags of `whole` if there is one.
  func addedTokens(
    of vocabulary: Vocabulary, _ types: [GGUFTokenizer.TokenType], endOfText: Int,
    whole: WholeTokenizerReader?
  ) throws(FileError) -> [AddedToken] {
    let stated = try Self.statedTokens(whole)
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

  /// The tokenizer.json in the file, which alone knows of flags and of a space before a text; `nil` if there is none.
  func whole() throws(FileError) -> WholeTokenizerReader? {
    guard let text = file[GGUFTokenizer.whole]?.string,
      let object = try JSONParser.parse(text, path: file.path).object
    else { return nil }
    return WholeTokenizerReader(path: file.path, object: object)
  }

  /// A token of tokenizer.json counts where the file's own list has it, too. One that merges make is there alone.
  private static func statedTokens(_ whole: WholeTokenizerReader?) throws(FileError) -> StatedTokens {
    var tokens: [Int: AddedToken] = [:]
    for stated in try whole?.addedTokens() ?? [] {
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
