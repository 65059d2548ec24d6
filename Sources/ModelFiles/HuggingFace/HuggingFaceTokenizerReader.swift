import GPT2BinaryFiles
import GPT2Tokens

/// Reads the files of a tokenizer out of a folder of Hugging Face's.
struct HuggingFaceTokenizerReader {
  private let files: HuggingFaceFiles
  /// The file that has the vocabulary, if it was named, and whether it is a tokenizer.json.
  private let named: (path: String, object: JSONObject, isWhole: Bool)?

  init(folder: String) {
    files = HuggingFaceFiles(folder: folder)
    named = nil
  }

  init(file path: String, holding object: JSONObject, isWhole: Bool) {
    files = HuggingFaceFiles(folder: Folder.containing(path))
    named = (path, object, isWhole)
  }

  func roles() throws(FileError) -> HuggingFaceRoles { try HuggingFaceRoles(files) }

  func tokens(_ roles: HuggingFaceRoles) throws(FileError) -> HuggingFaceTokens {
    let settings = try files.object(HuggingFaceTokenizer.settings)
    try checkSettings(settings)
    var tokens = try vocabularyTokens(roles)
    // GPT2Tokenizer takes no notice of what tokenizer.json says.
    if HuggingFaceRoles.isGPT2Tokenizer(settings) {
      tokens.addsPrefixSpace = settings?["add_prefix_space"] == .bool(true)
    }
    for token in try stated(by: settings) {
      if let index = tokens.added.firstIndex(where: { $0.content == token.content }) {
        // As transformers does it: the place from there, the flags from here.
        tokens.added[index].token = token.token
      } else {
        tokens.added.append(token)
      }
    }
    return tokens
  }

  private func vocabularyTokens(_ roles: HuggingFaceRoles) throws(FileError) -> HuggingFaceTokens {
    if let (path, object, isWhole) = named {
      return isWhole ? try whole(path, object) : try parts(path, object, roles)
    }
    if let object = try files.object(HuggingFaceTokenizer.whole) {
      return try whole(files.folder + HuggingFaceTokenizer.whole, object)
    }
    guard let object = try files.object(HuggingFaceTokenizer.vocabulary) else {
      throw mismatch(
        in: String(files.folder.dropLast()), found: "a model without a tokenizer",
        expected: "\(HuggingFaceTokenizer.whole) or \(HuggingFaceTokenizer.vocabulary) in its folder",
        advice: "name a tokenizer file")
    }
    return try parts(files.folder + HuggingFaceTokenizer.vocabulary, object, roles)
  }

  private func whole(_ path: String, _ object: JSONObject) throws(FileError) -> HuggingFaceTokens {
    try WholeTokenizerReader(path: path, object: object).tokens()
  }

  /// - Parameter path: vocab.json; with a prefix, merges.txt has the same, as `tokenizers` names them.
  private func parts(
    _ path: String, _ vocabulary: JSONObject, _ roles: HuggingFaceRoles
  ) throws(FileError) -> HuggingFaceTokens {
    let suffix = HuggingFaceTokenizer.vocabulary
    let prefix = path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : files.folder
    return HuggingFaceTokens(
      path: path, vocabulary: vocabulary, merges: try mergeLines(prefix + HuggingFaceTokenizer.merges),
      added: try oldAddedTokens(roles))
  }

  /// Settings that make another tokenizer of the same tokens.
  private func checkSettings(_ settings: JSONObject?) throws(FileError) {
    for name in ["add_bos_token", "add_eos_token"] where settings?[name] == .bool(true) {
      throw mismatch(
        in: files.folder + HuggingFaceTokenizer.settings, found: "\(name) = true",
        expected: "false, as GPT-2's",
        advice: "name a tokenizer file of GPT-2's kind")
    }
  }

  /// Each line a merge, but for the first, "#version: 0.2".
  private func mergeLines(_ path: String) throws(FileError) -> [String] {
    let file = try MappedFile(path: path)
    var merges: [String] = []
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      // As a file from Windows has it; no token is spelt with one.
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let merge = String(validating: line, as: UTF8.self) else {
        throw FileError(
          path,
          .unparsableText(line: index + 1, found: String(decoding: line, as: UTF8.self), expected: "UTF-8"))
      }
      if !merge.isEmpty, index > 0 || !merge.hasPrefix("#version") { merges.append(merge) }
    }
    withExtendedLifetime(file) {}
    return merges
  }

  /// Those of added_tokens.json, which has no flags: a token with a role is special.
  private func oldAddedTokens(_ roles: HuggingFaceRoles) throws(FileError) -> [HuggingFaceAddedToken] {
    let special = Set((roles.named + roles.others).map(\.content))
    let members = try files.object(HuggingFaceTokenizer.addedTokens)?.members ?? []
    let path = files.folder + HuggingFaceTokenizer.addedTokens
    var tokens: [HuggingFaceAddedToken] = []
    for member in members {
      guard let id = member.value.integer, id >= 0 else {
        throw mismatch(
          in: path, found: "token '\(member.key.onOneShortLine)' with id \(member.value.summary)",
          expected: "a whole number from 0", advice: "save the tokenizer again")
      }
      tokens.append(HuggingFaceAddedToken(member.key, id: id, isSpecial: special.contains(member.key)))
    }
    // The order of the file says nothing.
    return tokens.sorted { ($0.id ?? 0) < ($1.id ?? 0) }
  }

  /// Those of added_tokens_decoder.
  private func stated(by settings: JSONObject?) throws(FileError) -> [HuggingFaceAddedToken] {
    var tokens: [HuggingFaceAddedToken] = []
    for member in settings?["added_tokens_decoder"]?.object?.members ?? [] {
      guard let id = Int(member.key), id >= 0, let token = HuggingFaceAddedToken(member.value, id: id) else {
        throw mismatch(
          in: files.folder + HuggingFaceTokenizer.settings,
          found: "added token '\(member.key.onOneShortLine)' = \(member.value.summary)",
          expected: "an id and an object with content", advice: "save the tokenizer again")
      }
      tokens.append(token)
    }
    return tokens.sorted { ($0.id ?? 0) < ($1.id ?? 0) }
  }

  private func mismatch(in path: String, found: String, expected: String, advice: String) -> FileError {
    FileError(path, .mismatch(found: found, expected: expected, advice: advice))
  }
}
