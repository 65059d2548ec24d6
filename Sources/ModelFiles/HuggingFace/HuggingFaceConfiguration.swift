import BinaryFiles
import Kernels
import Transformer

/// `config.json` of transformers (configuration_gpt2.py): the numbers of a model, and choices of which GPT-2 made
/// the ones that are made here.
struct HuggingFaceConfiguration {
  let path: String
  private let object: JSONObject

  init(contentsOf path: String) throws(FileError) {
    self.path = path
    object = try JSONParser.object(contentsOf: path)
  }

  /// - Throws: `FileError` with the name of what is missing, out of range, or not as in GPT-2.
  func configuration() throws(FileError) -> Configuration {
    guard object["model_type"]?.string == "gpt2" else {
      throw unsupported("model_type", expected: "'gpt2'")
    }
    try checkChoices()
    let channels = try number("n_embd")
    let positions = try object["n_positions"] == nil ? number("n_ctx") : number("n_positions")
    let layers = try number("n_layer")
    let heads = try number("n_head")
    let vocabularySize = try number("vocab_size")
    try checkHidden(channels)
    do throws(ConfigurationError) {
      return try Configuration(
        maximumSequenceLength: positions, vocabularySize: vocabularySize, layers: layers, heads: heads,
        channels: channels)
    } catch {
      throw FileError(path, .invalidField(name: error.field, found: error.found, expected: error.expected))
    }
  }

  /// What is not said is as in GPT-2.
  private func checkChoices() throws(FileError) {
    // Both are GELU by tanh.
    let activations = ["gelu_new", "gelu_pytorch_tanh"]
    if let activation = object["activation_function"],
      !activations.contains(where: { .string($0) == activation })
    {
      throw unsupported("activation_function", expected: "'gelu_new'")
    }
    if let epsilon = object["layer_norm_epsilon"], epsilon.double.map({ Float($0) }) != LayerNorm.epsilon {
      throw unsupported("layer_norm_epsilon", expected: "\(LayerNorm.epsilon)")
    }
    let flags = [
      ("tie_word_embeddings", true), ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false),
      ("reorder_and_upcast_attn", false), ("add_cross_attention", false),
    ]
    for (name, expected) in flags {
      if let flag = object[name], flag != .bool(expected) { throw unsupported(name, expected: "\(expected)") }
    }
  }

  private func checkHidden(_ channels: Int) throws(FileError) {
    guard let hidden = object["n_inner"], hidden != .null else { return }
    guard hidden.integer == (CheckedCount(channels) * 4).value else {
      throw unsupported("n_inner", expected: "null or four times n_embd, \(channels)")
    }
  }

  private func number(_ name: String) throws(FileError) -> Int {
    guard let number = object[name]?.integer else { throw unsupported(name, expected: "a whole number") }
    return number
  }

  private func unsupported(_ name: String, expected: String) -> FileError {
    let found = object[name].map { "\(name) = \($0.summary)" } ?? "no \(name)"
    return FileError(path, .mismatch(found: found, expected: expected, advice: "name a GPT-2 model"))
  }
}
