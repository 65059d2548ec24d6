import GPT2BinaryFiles
import GPT2GGUF
import GPT2Tokens

// A token table may have rows beyond the tokenizer's tokens: nanoGPT and others pad 50257 to 50304. llama.cpp wants a
// token for each row; its convert_hf_to_gguf.py fills up with unused ones, "[PAD50257]" and so on.
extension Tokenizer {
  /// The metadata for a model of so many rows.
  ///
  /// - Parameter rows: At least as many as there are tokens.
  /// - Throws: As `ggufMetadata()`.
  package func ggufMetadata(rows: Int) throws(FileError) -> [MetadataEntry] {
    precondition(rows >= vocabularySize, "more tokens than rows")
    let padding = vocabularySize..<rows
    return try ggufMetadata().map { entry in
      switch (entry.key, entry.value) {
      case (GGUFTokenizer.tokens, .array(let type, let tokens)):
        MetadataEntry(
          entry.key, .array(of: type, tokens + padding.map { .string(GGUFTokenizer.paddingText($0)) }))
      case (GGUFTokenizer.tokenTypes, .array(let type, let types)):
        MetadataEntry(
          entry.key,
          .array(of: type, types + padding.map { _ in .int32(GGUFTokenizer.TokenType.unused.rawValue) }))
      default: entry
      }
    }
  }
}

extension GGUFTokenizer {
  fileprivate static func paddingText(_ id: Int) -> String { "[PAD\(id)]" }
}

extension GGUFTokenizerReader {
  /// The tokens and their types, without those at the end that only fill up and have no role.
  func knownTokens() throws(FileError) -> (tokens: ArraySlice<String>, types: [GGUFTokenizer.TokenType]) {
    let tokens = try strings(GGUFTokenizer.tokens)
    let types = try types(count: tokens.count)
    let roles = SpecialTokens.Role.allCases.compactMap { file[GGUFTokenizer.key(of: $0)]?.integer }
    let padding = types.indices.reversed().prefix {
      $0 > 0 && !roles.contains($0) && types[$0] == .unused && tokens[$0] == GGUFTokenizer.paddingText($0)
    }
    return (tokens.dropLast(padding.count), types.dropLast(padding.count))
  }
}
