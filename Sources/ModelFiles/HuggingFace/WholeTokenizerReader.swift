import GPT2BinaryFiles
import GPT2Tokens

/// Reads tokenizer.json, which describes a tokenizer part by part: each must be GPT-2's.
struct WholeTokenizerReader {
  let path: String
  let object: JSONObject

  func tokens() throws(FileError) -> HuggingFaceTokens {
    try checkParts()
    let model = try checkedModel()
    guard let vocabulary = model["vocab"]?.object else {
      throw unsupported("model.vocab", model["vocab"], expected: "an object")
    }
    return HuggingFaceTokens(
      path: path, vocabulary: vocabulary, merges: try merges(model["merges"]), added: try addedTokens(),
      addsPrefixSpace: addsPrefixSpace,
      ignoresMerges: model["ignore_merges"] == .bool(true))
  }

  private func checkParts() throws(FileError) {
    guard (object["normalizer"] ?? .null) == .null else {
      throw unsupported("normalizer", object["normalizer"], expected: "null")
    }
    guard splitter?["type"] == .string("ByteLevel") else {
      throw unsupported("pre_tokenizer.type", splitter?["type"], expected: "'ByteLevel'")
    }
    guard splitter?["add_prefix_space"]?.bool != nil else {
      throw unsupported(
        "pre_tokenizer.add_prefix_space", splitter?["add_prefix_space"], expected: "true or false")
    }
    guard (splitter?["use_regex"] ?? .bool(true)) == .bool(true) else {
      throw unsupported("pre_tokenizer.use_regex", splitter?["use_regex"], expected: "true")
    }
    try checkAround(object["post_processor"] ?? .null)
  }

  /// Whether a space comes before a text.
  var addsPrefixSpace: Bool { splitter?["add_prefix_space"] == .bool(true) }

  /// One alone may also be a sequence of one.
  private var splitter: JSONObject? {
    let splitter = object["pre_tokenizer"]?.object
    guard splitter?["type"] == .string("Sequence"), let parts = splitter?["pretokenizers"]?.array,
      parts.count == 1
    else { return splitter }
    return parts[0].object
  }

  /// Tokens that would be put around a text.
  private func checkAround(_ processor: JSONValue) throws(FileError) {
    guard processor != .null else { return }
    let type = processor.object?["type"]
    switch type?.string {
    case "ByteLevel": return
    case "TemplateProcessing":
      let tokens = processor.object?["special_tokens"]
      guard (tokens?.object?.members ?? []).isEmpty else {
        throw unsupported("post_processor.special_tokens", tokens, expected: "none")
      }
    case "Sequence":
      for part in processor.object?["processors"]?.array ?? [] { try checkAround(part) }
    default: throw unsupported("post_processor.type", type, expected: "'ByteLevel'")
    }
  }

  private func checkedModel() throws(FileError) -> JSONObject {
    // The first versions said nothing of the type.
    guard let model = object["model"]?.object, (model["type"] ?? .string("BPE")) == .string("BPE") else {
      throw unsupported("model.type", object["model"]?.object?["type"], expected: "'BPE'")
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard [nil, .null, .string("")].contains(model[name]) else {
        throw unsupported("model.\(name)", model[name], expected: "null")
      }
    }
    guard [nil, .null].contains(model["dropout"]) || model["dropout"]?.double == 0 else {
      throw unsupported("model.dropout", model["dropout"], expected: "null")
    }
    return model
  }

  /// "left right", or since 2024 ["left", "right"].
  private func merges(_ value: JSONValue?) throws(FileError) -> [String] {
    guard let values = value?.array else { throw unsupported("model.merges", value, expected: "an array") }
    var merges: [String] = []
    for (rank, value) in values.enumerated() {
      let pair = value.array?.compactMap(\.string)
      guard let merge = value.string ?? (pair?.count == 2 ? pair?.joined(separator: " ") : nil) else {
        throw unsupported("merge \(rank)", value, expected: "two tokens")
      }
      merges.append(merge)
    }
    return merges
  }

  func addedTokens() throws(FileError) -> [HuggingFaceAddedToken] {
    var tokens: [HuggingFaceAddedToken] = []
    for (index, value) in (object["added_tokens"]?.array ?? []).enumerated() {
      guard let id = value.object?["id"]?.integer, id >= 0, let token = HuggingFaceAddedToken(value, id: id)
      else { throw unsupported("added token \(index)", value, expected: "one with content and id") }
      tokens.append(token)
    }
    return tokens
  }

  private func unsupported(_ name: String, _ value: JSONValue?, expected: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: value.map { "\(name) = \($0.summary)" } ?? "no \(name)", expected: "\(expected), as GPT-2's",
        advice: "name a tokenizer file of GPT-2's kind"))
  }
}
