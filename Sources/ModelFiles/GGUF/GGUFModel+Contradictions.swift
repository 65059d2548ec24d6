import GPT2BinaryFiles
import GPT2GGUF
import GPT2Transformer

// What a file says beside the numbers that are read: it is refused where it contradicts these, or asks for what GPT-2 has
// not. Other programs heed it, so to pass over it would be to compute another model than the file's.
extension GGUFModel {
  func checkContradictions(_ configuration: Configuration) throws(FileError) {
    try checkKind()
    try checkOtherKeys(configuration)
    try checkTokens(rows: configuration.vocabularySize)
  }

  private func checkKind() throws(FileError) {
    if let kind = file["general.type"], kind != .string("model") {
      throw mismatch(
        found: "a file of type \(kind.shown)", expected: "a model", advice: "name the model itself")
    }
    if let parts = file["split.count"], parts.integer != 0, parts.integer != 1 {
      throw mismatch(
        found: "one of \(parts.shown) parts of a model", expected: "all in one file",
        advice: "join them, with llama-gguf-split --merge")
    }
  }

  /// Keys of the architecture that nothing here reads: of what they might say this is GPT-2's.
  private func checkOtherKeys(_ configuration: Configuration) throws(FileError) {
    let same: [String: Int] = [
      "gpt2.vocab_size": configuration.vocabularySize,
      "gpt2.attention.head_count_kv": configuration.heads,
      "gpt2.attention.key_length": configuration.headSize,
      "gpt2.attention.value_length": configuration.headSize,
      "gpt2.expert_count": 0, "gpt2.expert_used_count": 0,
    ]
    for entry in file.metadata where entry.key.hasPrefix("gpt2.") && !GGUFKey.read.contains(entry.key) {
      if entry.key == "gpt2.attention.causal", entry.value == .bool(true) { continue }
      if let number = same[entry.key], entry.value.integer == number { continue }
      let expected =
        entry.key == "gpt2.attention.causal"
        ? "true" : same[entry.key].map { "\($0)" } ?? "no such key, which GPT-2 has not"
      throw mismatch(
        found: "\(entry.key.onOneShortLine) = \(entry.value.shown)", expected: expected,
        advice: Self.anotherTool)
    }
  }

  /// Of a tokenizer of any kind: llama.cpp's models have a token for each row.
  private func checkTokens(rows: Int) throws(FileError) {
    guard case .array(_, let tokens)? = file[GGUFTokenizer.tokens] else { return }
    guard tokens.count == rows else {
      throw mismatch(
        found: "\(tokens.count) tokens, \(GGUFTokenizer.tokens), for a token table of \(rows) rows",
        expected: "as many", advice: Self.anotherTool)
    }
    for key in [GGUFTokenizer.tokenTypes, GGUFTokenizer.scores] {
      guard let value = file[key] else { continue }
      let count = if case .array(_, let values) = value { values.count } else { 0 }
      guard count == rows else {
        throw mismatch(
          found: "\(key) of \(count) values", expected: "one for each of the \(rows) tokens",
          advice: Self.anotherTool)
      }
    }
  }
}

extension MetadataValue {
  /// As an error shows it.
  fileprivate var shown: String {
    switch self {
    case .bool(let value): "\(value)"
    case .string(let value): "'\(value.onOneShortLine)'"
    case .float32(let value): "\(value)"
    case .float64(let value): "\(value)"
    case .array(_, let values): "an array of \(values.count)"
    default: integer.map { "\($0)" } ?? "a number beyond all"
    }
  }
}
