import GPT2BinaryFiles
import GPT2Tokens

/// Which tokens have roles, as tokenizer_config.json and special_tokens_map.json say.
struct HuggingFaceRoles {
  private struct Stated {
    let role: SpecialTokens.Role
    let token: HuggingFaceAddedToken
    /// The file that says so; `nil` for what holds if no file says anything.
    let path: String?
  }

  private var roles: [Stated] = []
  private var additional: [HuggingFaceAddedToken] = []
  private let folder: String

  init(_ files: HuggingFaceFiles) throws(FileError) {
    folder = files.folder
    let settings = try files.object(HuggingFaceTokenizer.settings)
    let map = try files.object(HuggingFaceTokenizer.specialTokens)
    // The other class, PreTrainedTokenizerFast, has no roles but those that are stated.
    let hasDefaults = Self.isGPT2Tokenizer(settings)
    for role in SpecialTokens.Role.allCases {
      let key = "\(role)_token"
      let sources = [(settings, HuggingFaceTokenizer.settings), (map, HuggingFaceTokenizer.specialTokens)]
      if let (value, name) = sources.lazy.compactMap({ object, name in object?[key].map { ($0, name) } })
        .first(where: { $0.0 != .null })
      {
        guard let token = HuggingFaceAddedToken(value, id: nil, isSpecial: true) else {
          throw Self.mismatch(files.folder + name, found: "\(key) = \(value.summary)", expected: "a token")
        }
        roles.append(Stated(role: role, token: token, path: files.folder + name))
      } else if hasDefaults, [.bos, .eos, .unk].contains(role), settings?[key] != .null {
        let token = HuggingFaceAddedToken(HuggingFaceTokenizer.endOfText, id: nil, isSpecial: true)
        roles.append(Stated(role: role, token: token, path: nil))
      }
    }
    for object in [settings, map] where additional.isEmpty {
      for key in ["additional_special_tokens", "extra_special_tokens"] {
        let value = object?[key]
        // A list, or {name: token}.
        let values = value?.array ?? value?.object?.members.map(\.value) ?? []
        additional += values.compactMap { HuggingFaceAddedToken($0, id: nil, isSpecial: true) }
      }
    }
  }

  /// Whether transformers makes a `GPT2Tokenizer` of it, which has defaults of its own.
  static func isGPT2Tokenizer(_ settings: JSONObject?) -> Bool {
    [nil, "GPT2Tokenizer", "GPT2TokenizerFast"].contains(settings?["tokenizer_class"]?.string)
  }

  /// All tokens with a role that a file states, each once.
  var named: [HuggingFaceAddedToken] { roles.map(\.token) }

  var others: [HuggingFaceAddedToken] { additional }

  /// - Parameter ids: Every token's.
  /// - Throws: `FileError` if a token with a role is not among them.
  func specialTokens(of ids: [String: Int]) throws(FileError) -> SpecialTokens {
    var tokens = SpecialTokens()
    for stated in roles {
      let id = ids[stated.token.content]
      guard id != nil || stated.path == nil else {
        throw missing(stated.token, "\(stated.role)_token", stated.path ?? folder)
      }
      tokens[stated.role] = id
    }
    for token in additional {
      guard let id = ids[token.content] else {
        throw missing(token, "additional_special_tokens", folder + HuggingFaceTokenizer.settings)
      }
      if !tokens.additional.contains(id) { tokens.additional.append(id) }
    }
    return tokens
  }

  private func missing(_ token: HuggingFaceAddedToken, _ key: String, _ path: String) -> FileError {
    Self.mismatch(
      path, found: "\(key) '\(token.content.onOneShortLine)', which is no token of the vocabulary",
      expected: "one of the vocabulary or of the added tokens")
  }

  private static func mismatch(_ path: String, found: String, expected: String) -> FileError {
    FileError(path, .mismatch(found: found, expected: expected, advice: "save the tokenizer again"))
  }
}

extension HuggingFaceTokens {
  /// Makes added tokens of those that have a role, as transformers does.
  mutating func add(_ roles: HuggingFaceRoles) {
    for token in roles.named {
      if let index = added.firstIndex(where: { $0.content == token.content }) {
        added[index].token.isSpecial = true
      } else {
        added.append(token)
      }
    }
    for token in roles.others where !added.contains(where: { $0.content == token.content }) {
      added.append(token)
    }
  }
}
