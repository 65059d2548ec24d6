import GPT2BinaryFiles
import GPT2Tokens

extension Tokenizer {
  /// The files that let transformers' `AutoTokenizer`, and `Tokenizer.from_file` of the package `tokenizers`, use this
  /// tokenizer, by name.
  ///
  /// - Parameters:
  ///   - maximumLength: The model's positions.
  ///   - template: What conversations are put into; `nil` if the model knows of none.
  /// - Throws: `FileError` if the tokenizer has no token for some byte, or two of the same text.
  package func huggingFaceFiles(
    maximumLength: Int, template: InstructionTemplate? = nil
  ) throws(FileError) -> [(name: String, text: String)] {
    let ids = try huggingFaceVocabulary()
    let merges = try merges().map { merge($0.left, $0.right) }
    return [
      (HuggingFaceTokenizer.whole, wholeText(vocabulary: ids, merges: merges)),
      (HuggingFaceTokenizer.vocabulary, ids + "\n"),
      (HuggingFaceTokenizer.merges, "#version: 0.2\n" + merges.map { $0 + "\n" }.joined()),
      (HuggingFaceTokenizer.settings, settingsText(maximumLength: maximumLength, template)),
      (HuggingFaceTokenizer.specialTokens, JSONText.object(statedRoles + additionalTokens) + "\n"),
    ]
  }

  /// tokenizer.json alone.
  ///
  /// - Throws: As `huggingFaceFiles`.
  func huggingFaceWholeText() throws(FileError) -> String {
    try wholeText(
      vocabulary: huggingFaceVocabulary(), merges: merges().map { merge($0.left, $0.right) })
  }

  /// A token as vocab.json has it: an added one as it is, unless bytes are merged to it.
  func spelling(of id: Int) -> String {
    if unmerged.contains(id), let index = addedTokens.firstIndex(where: { $0.id == id }) {
      return addedTokens[index].content
    }
    return ByteSpelling.text(of: vocabulary[id])
  }

  /// {token: id} on one line.
  private func huggingFaceVocabulary() throws(FileError) -> String {
    let spelt = (0..<vocabularySize).map { JSONText.quoted(spelling(of: $0)) }
    guard Set(spelt).count == spelt.count else {
      throw FileError(
        path,
        .mismatch(
          found: "two tokens of the same bytes",
          expected: "each once, as \(HuggingFaceTokenizer.vocabulary) has them",
          advice: "choose another format, or another tokenizer"))
    }
    return "{" + spelt.enumerated().map { "\($1):\($0)" }.joined(separator: ",") + "}"
  }

  private func wholeText(vocabulary: String, merges: [String]) -> String {
    let added = addedTokens.map { token in
      Self.line([("id", "\(token.id)")] + token.huggingFaceMembers)
    }
    let model = [
      ("type", "\"BPE\""), ("dropout", "null"), ("unk_token", "null"), ("continuing_subword_prefix", "\"\""),
      ("end_of_word_suffix", "\"\""), ("fuse_unk", "false"), ("byte_fallback", "false"),
      ("ignore_merges", "false"), ("vocab", vocabulary),
      ("merges", "[" + merges.map(JSONText.quoted).joined(separator: ",") + "]"),
    ]
    return JSONText.object([
      ("version", "\"1.0\""), ("truncation", "null"), ("padding", "null"),
      ("added_tokens", "[" + added.joined(separator: ",") + "]"), ("normalizer", "null"),
      ("pre_tokenizer", Self.byteLevel(prefix: addsPrefixSpace)),
      ("post_processor", Self.byteLevel(prefix: true, trimming: false)),
      ("decoder", Self.byteLevel(prefix: true)), ("model", Self.line(model)),
    ]) + "\n"
  }

  private func settingsText(maximumLength: Int, _ template: InstructionTemplate?) -> String {
    let decoder = addedTokens.map { (key: "\($0.id)", json: Self.line($0.huggingFaceMembers)) }
    // What GPT2Tokenizer would make up otherwise.
    let absent = [SpecialTokens.Role.bos, .eos, .unk].filter { specialTokens[$0] == nil }
      .map { (key: "\($0)_token", json: "null") }
    let settings =
      [
        (key: "add_prefix_space", json: "\(addsPrefixSpace)"),
        (key: "added_tokens_decoder", json: Self.line(decoder)),
        (key: "model_max_length", json: "\(maximumLength)"),
        (key: "tokenizer_class", json: "\"GPT2Tokenizer\""),
      ] + statedRoles + absent + additionalTokens
      + (template.map { [(key: "chat_template", json: JSONText.quoted($0.jinja))] } ?? [])
    return JSONText.object(settings) + "\n"
  }

  /// The roles that there are.
  private var statedRoles: [(key: String, json: String)] {
    SpecialTokens.Role.allCases.compactMap { role in
      specialTokens[role].map { ("\(role)_token", JSONText.quoted(spelling(of: $0))) }
    }
  }

  private var additionalTokens: [(key: String, json: String)] {
    let texts = specialTokens.additional.map { JSONText.quoted(spelling(of: $0)) }
    return texts.isEmpty ? [] : [("additional_special_tokens", "[" + texts.joined(separator: ",") + "]")]
  }

  private static func byteLevel(prefix: Bool, trimming: Bool = true) -> String {
    line([
      ("type", "\"ByteLevel\""), ("add_prefix_space", "\(prefix)"), ("trim_offsets", "\(trimming)"),
      ("use_regex", "true"),
    ])
  }

  /// An object on one line.
  private static func line(_ members: [(key: String, json: String)]) -> String {
    "{" + members.map { "\(JSONText.quoted($0.key)):\($0.json)" }.joined(separator: ",") + "}"
  }
}
