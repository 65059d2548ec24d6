import BinaryFiles
import Tokens

extension Tokenizer {
  /// The files that let transformers' `AutoTokenizer` use this tokenizer, by name.
  ///
  /// - Parameter maximumLength: The model's positions.
  /// - Throws: `FileError` if the tokenizer has no token for some byte, or two of the same bytes.
  public func huggingFaceFiles(maximumLength: Int) throws(FileError) -> [(name: String, text: String)] {
    let spelt = (0..<vocabularySize).map { JSONText.quoted(ByteSpelling.text(of: vocabulary[$0])) }
    guard Set(spelt).count == spelt.count else {
      throw FileError(
        path,
        .mismatch(
          found: "two tokens of the same bytes",
          expected: "each once, as \(HuggingFaceTokenizer.vocabulary) has them",
          advice: "choose another format, or another tokenizer"))
    }
    let ids = spelt.enumerated().map { "\($1):\($0)" }.joined(separator: ",")
    let merges = try merges().map { merge($0.left, $0.right) + "\n" }.joined()
    let special = ["bos_token", "eos_token", "unk_token"].map { (key: $0, json: spelt[endOfText]) }
    let settings =
      [
        (key: "add_prefix_space", json: "false"), (key: "model_max_length", json: "\(maximumLength)"),
        (key: "tokenizer_class", json: "\"GPT2Tokenizer\""),
      ] + special
    return [
      (HuggingFaceTokenizer.vocabulary, "{\(ids)}\n"),
      (HuggingFaceTokenizer.merges, "#version: 0.2\n" + merges),
      (HuggingFaceTokenizer.settings, JSONText.object(settings) + "\n"),
      (HuggingFaceTokenizer.specialTokens, JSONText.object(special) + "\n"),
    ]
  }
}
