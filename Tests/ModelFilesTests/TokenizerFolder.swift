import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens

/// A folder with a tokenizer of Hugging Face's, in which things can be made wrong.
struct TokenizerFolder {
  let directory: TemporaryDirectory
  var path: String { directory.path }

  /// vocab.json, merges.txt and what goes with them.
  ///
  /// - Parameter isWhole: Whether tokenizer.json is there, too, so that the first two do not matter.
  init(of tokenizer: Tokenizer, isWhole: Bool = false) throws {
    directory = try TemporaryDirectory()
    for file in try tokenizer.huggingFaceFiles(maximumLength: 16)
    where isWhole || file.name != "tokenizer.json" {
      try write(file.text, to: file.name)
    }
  }

  /// tokenizer.json, as transformers wrote it.
  init() throws {
    directory = try TemporaryDirectory()
    try FileManager.default.copyItem(
      atPath: TestFiles.fixture("huggingface/model/tokenizer.json"), toPath: file("tokenizer.json"))
  }

  /// Leaves the vocabulary and the merges alone.
  func removeSettings() throws {
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      try FileManager.default.removeItem(atPath: file(name))
    }
  }

  func file(_ name: String) -> String { directory.file(name) }

  func write(_ text: String, to name: String) throws { _ = try directory.write(Array(text.utf8), to: name) }

  /// Replaces the only place that has the text.
  func replace(_ text: String, by other: String, in name: String) throws {
    let parts = try String(contentsOfFile: file(name), encoding: .utf8).components(separatedBy: text)
    try #require(parts.count == 2, "\(text) is in \(name) \(parts.count - 1) times")
    try write(parts.joined(separator: other), to: name)
  }

  /// Changes tokenizer.json.
  func changeWhole(_ body: (inout [String: Any]) -> Void) throws {
    let url = URL(fileURLWithPath: file("tokenizer.json"))
    var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    body(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: url)
  }
}
