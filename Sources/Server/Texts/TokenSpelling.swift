import GPT2Tokens

/// How single tokens are shown.
struct TokenSpelling: Sendable {
  let tokenizer: Tokenizer
  /// Whether they are shown by their numbers, as in vLLM: `token_id:262`.
  var asIDs = false

  /// The token's text, or as OpenAI's API has it for bytes that are no whole characters, `bytes:\xe2\x80`. Special
  /// tokens are spelt as they are in text.
  func text(of token: Int) -> String {
    if asIDs { return "token_id:\(token)" }
    let bytes = tokenizer.bytes(of: token)
    return String(validating: bytes, as: UTF8.self) ?? "bytes:" + bytes.map(Self.escape).joined()
  }

  private static func escape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return "\\x" + (digits.count == 1 ? "0" : "") + digits
  }
}

/// JSON has no −∞; OpenAI's API has this for tokens that cannot be.
enum LeastLogProbability {
  static let value = -9999.0

  static func finite(_ logProbability: Double) -> Double { max(logProbability, value) }
}
