import BinaryFiles
import Tokens

/// Reads the files of a tokenizer out of a folder of Hugging Face's.
struct HuggingFaceTokenizerReader {
  /// With a slash at its end.
  private let folder: String

  init(folder: String) { self.folder = folder.hasSuffix("/") ? folder : folder + "/" }

  func has(_ name: String) -> Bool {
    // One that is there and cannot be read is an error of its own once it is read.
    do throws(FileError) { return try MappedFile.ifPresent(folder + name) != nil } catch { return true }
  }

  func tokens() throws(FileError) -> HuggingFaceTokens {
    try checkSettings()
    if has(HuggingFaceTokenizer.whole) { return try wholeTokens() }
    guard has(HuggingFaceTokenizer.vocabulary) else {
      throw mismatch(
        in: String(folder.dropLast()), found: "a model without a tokenizer",
        expected: "\(HuggingFaceTokenizer.whole) or \(HuggingFaceTokenizer.vocabulary) in its folder",
        advice: "name a tokenizer file")
    }
    let path = folder + HuggingFaceTokenizer.vocabulary
    return HuggingFaceTokens(
      path: path, vocabulary: try JSONParser.object(contentsOf: path), merges: try mergeLines(),
      added: try specialTokens() + addedTokens())
  }

  /// The text of the token that ends a text; GPT-2's if nothing is said.
  func endOfText() throws(FileError) -> String {
    for name in [HuggingFaceTokenizer.settings, HuggingFaceTokenizer.specialTokens] {
      if let text = Self.text(ofToken: try object(name)?["eos_token"]) { return text }
    }
    return HuggingFaceTokenizer.endOfText
  }

  /// Settings that make another tokenizer of the same tokens.
  private func checkSettings() throws(FileError) {
    guard let settings = try object(HuggingFaceTokenizer.settings) else { return }
    for name in ["add_prefix_space", "add_bos_token"] where settings[name] == .bool(true) {
      throw mismatch(
        in: folder + HuggingFaceTokenizer.settings, found: "\(name) = true", expected: "false, as GPT-2's",
        advice: "name a tokenizer file of GPT-2's kind")
    }
  }

  /// Each line a merge, but for the first, "#version: 0.2".
  private func mergeLines() throws(FileError) -> [String] {
    let path = folder + HuggingFaceTokenizer.merges
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

  private func specialTokens() throws(FileError) -> [HuggingFaceTokens.AddedToken] {
    var texts = [HuggingFaceTokenizer.endOfText]
    for name in [HuggingFaceTokenizer.settings, HuggingFaceTokenizer.specialTokens] {
      guard let object = try object(name) else { continue }
      for key in ["bos_token", "eos_token", "unk_token", "pad_token"] {
        if let text = Self.text(ofToken: object[key]), !texts.contains(text) { texts.append(text) }
      }
    }
    return texts.map { HuggingFaceTokens.AddedToken(text: $0, id: nil) }
  }

  private func addedTokens() throws(FileError) -> [HuggingFaceTokens.AddedToken] {
    var tokens: [HuggingFaceTokens.AddedToken] = []
    for member in try object(HuggingFaceTokenizer.addedTokens)?.members ?? [] {
      tokens.append(.init(text: member.key, id: member.value.integer))
    }
    for member in try object(HuggingFaceTokenizer.settings)?["added_tokens_decoder"]?.object?.members ?? [] {
      guard let text = Self.text(ofToken: member.value) else { continue }
      tokens.append(.init(text: text, id: Int(member.key)))
    }
    return tokens
  }

  /// A token is its text, or an object with it.
  static func text(ofToken value: JSONValue?) -> String? {
    value?.string ?? value?.object?["content"]?.string
  }

  /// What is in one of the smaller files, if it is there.
  private func object(_ name: String) throws(FileError) -> JSONObject? {
    has(name) ? try JSONParser.object(contentsOf: folder + name) : nil
  }

  private func wholeTokens() throws(FileError) -> HuggingFaceTokens {
    let path = folder + HuggingFaceTokenizer.whole
    return try WholeTokenizerReader(path: path, object: try JSONParser.object(contentsOf: path)).tokens()
  }

  private func mismatch(in path: String, found: String, expected: String, advice: String) -> FileError {
    FileError(path, .mismatch(found: found, expected: expected, advice: advice))
  }
}
