import GPT2BinaryFiles
import GPT2GGUF
import GPT2Tokens

/// A byte-pair tokenizer in a GGUF file's metadata, as llama.cpp has it for GPT-2.
enum GGUFTokenizer {
  /// What the keys of a tokenizer begin with.
  static let prefix = "tokenizer."
  static let model = "tokenizer.ggml.model"
  static let splitting = "tokenizer.ggml.pre"
  static let tokens = "tokenizer.ggml.tokens"
  static let tokenTypes = "tokenizer.ggml.token_type"
  static let merges = "tokenizer.ggml.merges"
  static let scores = "tokenizer.ggml.scores"
  static let beginning = "tokenizer.ggml.bos_token_id"
  static let end = "tokenizer.ggml.eos_token_id"
  static let chatTemplate = "tokenizer.chat_template"
  /// All of tokenizer.json (GGUF's specification): here for the flags of added tokens, which have no key of their own.
  static let whole = "tokenizer.huggingface.json"

  static let modelName = "gpt2"
  static let splittingName = "gpt-2"

  /// Tokens that would be put around a text.
  static let additions = ["add_bos_token", "add_eos_token", "add_sep_token"].map { "tokenizer.ggml.\($0)" }

  /// The key of a role; "seperator" is so spelt there.
  static func key(of role: SpecialTokens.Role) -> String {
    switch role {
    case .bos: beginning
    case .eos: end
    case .unk: "tokenizer.ggml.unknown_token_id"
    case .sep: "tokenizer.ggml.seperator_token_id"
    case .pad: "tokenizer.ggml.padding_token_id"
    case .cls: "tokenizer.ggml.cls_token_id"
    case .mask: "tokenizer.ggml.mask_token_id"
    }
  }

  /// llama.cpp's enum llama_token_type.
  enum TokenType: Int32 {
    case normal = 1
    case unknown = 2
    /// A special token.
    case control = 3
    /// An added token that is not special.
    case userDefined = 4
    case unused = 5
    case byte = 6

    /// Whether the token's text is as it is, not in `ByteSpelling`.
    var isText: Bool { self != .normal && self != .byte }
  }
}

extension GGUFFile {
  /// All there is of a tokenizer, of any kind, as it is: to be written into another file. Empty if there is none.
  package var tokenizerMetadata: [MetadataEntry] {
    metadata.filter { $0.key.utf8.starts(with: GGUFTokenizer.prefix.utf8) }
  }
}

extension InstructionTemplate {
  /// These entries of a tokenizer with this chat template, in place of one that is among them.
  package func added(to tokenizer: [MetadataEntry]) -> [MetadataEntry] {
    tokenizer.filter { $0.key != GGUFTokenizer.chatTemplate }
      + [MetadataEntry(GGUFTokenizer.chatTemplate, .string(jinja))]
  }
}

extension Tokenizer {
  /// The metadata that lets llama.cpp, and `init(_:)`, use this tokenizer.
  ///
  /// - Throws: `FileError` if the tokenizer has no token for some byte, or puts a space before a text, which llama.cpp
  ///   does not for GPT-2's kind.
  package func ggufMetadata() throws(FileError) -> [MetadataEntry] {
    guard !addsPrefixSpace else {
      throw FileError(
        path,
        .mismatch(
          found: "add_prefix_space = true", expected: "a tokenizer of GPT-2's kind, as GGUF has it",
          advice: "choose another format"))
    }
    return try keptMetadata()
  }

  /// The same with a space before a text, which is read here and not by llama.cpp.
  ///
  /// - Throws: `FileError` if the tokenizer has no token for some byte.
  func keptMetadata() throws(FileError) -> [MetadataEntry] {
    var types = [GGUFTokenizer.TokenType](repeating: .normal, count: vocabularySize)
    for token in addedTokens where unmerged.contains(token.id) {
      types[token.id] = token.isSpecial ? .control : .userDefined
    }
    types[endOfText] = .control
    let merges = try merges().map { merge($0.left, $0.right) }
    var entries = [
      MetadataEntry(GGUFTokenizer.model, .string(GGUFTokenizer.modelName)),
      MetadataEntry(GGUFTokenizer.splitting, .string(GGUFTokenizer.splittingName)),
      MetadataEntry(GGUFTokenizer.tokens, .strings((0..<vocabularySize).map { spelling(of: $0) })),
      MetadataEntry(GGUFTokenizer.tokenTypes, .int32s(types.map(\.rawValue))),
      MetadataEntry(GGUFTokenizer.merges, .strings(merges)),
    ]
    var roles = specialTokens
    roles[.eos] = roles[.eos] ?? endOfText
    // What the end of a text also is if nothing is said.
    if roles[.unk] == endOfText { roles[.unk] = nil }
    for role in SpecialTokens.Role.allCases {
      guard let id = roles[role] else { continue }
      entries.append(MetadataEntry(GGUFTokenizer.key(of: role), .uint32(UInt32(id))))
    }
    if addsPrefixSpace || addedTokens.contains(where: \.hasFlags) || !roles.additional.isEmpty {
      entries.append(MetadataEntry(GGUFTokenizer.whole, .string(try huggingFaceWholeText())))
    }
    return entries
  }

  /// Added tokens whose flags llama.cpp does not know, so that it may split a text in other places there.
  package var addedTokensUnlikeLlamaCpp: [AddedToken] {
    addedTokens.filter { $0.lstrip || $0.rstrip || $0.isSingleWord }
  }

  /// The tokenizer in a GGUF file; its end-of-text is the file's end of a sequence.
  ///
  /// - Throws: `FileError` if the file has none, or none that splits and merges as GPT-2's.
  package convenience init(_ file: GGUFFile) throws(FileError) {
    let reader = GGUFTokenizerReader(file: file)
    try reader.checkKind()
    let (tokens, types) = try reader.knownTokens()
    let vocabulary = try reader.vocabulary(tokens, types)
    let roles = try reader.roles(count: vocabulary.count)
    let endOfText = try reader.endOfText(roles)
    var texts = Set(types.indices.filter { types[$0].isText })
    texts.insert(endOfText)
    let merged = try reader.checkMerges(of: vocabulary, excluding: texts)
    let unmerged = (0..<vocabulary.count).filter {
      texts.contains($0) || vocabulary[$0].count > 1 && !merged.contains($0)
    }
    let whole = try reader.whole()
    self.init(
      path: file.path, vocabulary: vocabulary, endOfText: endOfText,
      addedTokens: try reader.addedTokens(of: vocabulary, types, endOfText: endOfText, whole: whole),
      specialTokens: roles, parsesSpecialTokens: true, addsPrefixSpace: whole?.addsPrefixSpace ?? false,
      unmerged: Set(unmerged))
  }
}
