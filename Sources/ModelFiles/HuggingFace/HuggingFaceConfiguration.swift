import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer

/// `config.json` of transformers (configuration_gpt2.py): the numbers of a model, and in what a relative differs.
struct HuggingFaceConfiguration: StatedConfiguration {
  let path: String
  private let object: JSONObject

  init(contentsOf path: String) throws(FileError) {
    self.path = path
    object = try JSONParser.object(contentsOf: path)
  }

  var linearWeightsAreTransposed: Bool { true }

  var assumesActivation: Bool { false }

  var hasOwnClassifier: Bool { object["tie_word_embeddings"]?.bool == false }

  /// - Throws: `FileError` with the name of what is missing, out of range, or of no relative that is known.
  func configuration() throws(FileError) -> Configuration {
    guard object["model_type"]?.string == "gpt2" else {
      throw unsupported("model_type", expected: "'gpt2'")
    }
    guard object["add_cross_attention"]?.bool ?? false == false else {
      throw unsupported("add_cross_attention", expected: "false")
    }
    let channels = try number("n_embd")
    let positions = try object["n_positions"] == nil ? number("n_ctx") : number("n_positions")
    let layers = try number("n_layer")
    let heads = try number("n_head")
    let vocabularySize = try number("vocab_size")
    let variant = try variant()
    do throws(ConfigurationError) {
      return try Configuration(
        maximumSequenceLength: positions, vocabularySize: vocabularySize, layers: layers, heads: heads,
        channels: channels, variant: variant)
    } catch {
      throw FileError(path, .invalidField(name: error.field, found: error.found, expected: error.expected))
    }
  }

  /// What is not said is as in GPT-2. That attention is computed in fp32, and in which order
  /// (`reorder_and_upcast_attn`), is no difference.
  private func variant() throws(FileError) -> Variant {
    var variant = Variant.gpt2
    if let hidden = object["n_inner"], hidden != .null { variant.hiddenChannels = try number("n_inner") }
    if let epsilon = object["layer_norm_epsilon"] {
      guard let value = epsilon.double.map({ Float($0) }), value > 0, value.isFinite else {
        throw unsupported("layer_norm_epsilon", expected: "a number above 0")
      }
      variant.layerNormEpsilon = value
    }
    if let activation = object["activation_function"] {
      guard let known = activation.string.flatMap(Activation.init(huggingFaceName:)) else {
        throw unsupported("activation_function", expected: "'gelu_new' or 'gelu'")
      }
      variant.activation = known
    }
    variant.scalesScores = try flag("scale_attn_weights", usually: true)
    variant.scalesScoresByLayer = try flag("scale_attn_by_inverse_layer_idx", usually: false)
    return variant
  }

  private func flag(_ name: String, usually value: Bool) throws(FileError) -> Bool {
    guard let found = object[name] else { return value }
    guard let flag = found.bool else { throw unsupported(name, expected: "true or false") }
    return flag
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

extension Activation {
  /// transformers has several names for one formula, which it computes in different orders.
  fileprivate init?(huggingFaceName name: String) {
    switch name {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh": self = .tanhGELU
    case "gelu", "gelu_python": self = .exactGELU
    default: return nil
    }
  }
}
