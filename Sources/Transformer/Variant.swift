import GPT2Kernels

/// In what a close relative of GPT-2 differs from it: the choices of transformers' `GPT2Config`.
///
/// Inference computes with all of them; training knows GPT-2 alone.
package struct Variant: Equatable, Sendable {
  package static let gpt2 = Variant()

  /// The channels between the two layers of the feed-forward part; `nil` for four times the model's.
  package var hiddenChannels: Int?
  package var layerNormEpsilon = LayerNorm.epsilon
  package var activation = Activation.tanhGELU
  /// Whether attention's scores are divided by the square root of a head's channels.
  package var scalesScores = true
  /// Whether scores are divided by the layer's number too, which counts from 1 (Mistral's GPT-2 of Stanford CRFM).
  package var scalesScoresByLayer = false

  package init() {}

  /// Each difference from GPT-2, in the words of `config.json`: "n_inner = 40". Empty if there is none.
  package var differences: [String] {
    var words: [String] = []
    if let hiddenChannels { words.append("n_inner = \(hiddenChannels)") }
    if layerNormEpsilon != LayerNorm.epsilon { words.append("layer_norm_epsilon = \(layerNormEpsilon)") }
    if activation != .tanhGELU { words.append("activation_function = \(activation.rawValue)") }
    if !scalesScores { words.append("scale_attn_weights = false") }
    if scalesScoresByLayer { words.append("scale_attn_by_inverse_layer_idx = true") }
    return words
  }
}

extension Configuration {
  /// What queries of a layer are multiplied by, so that attention, which divides scores by √(C / NH), has the
  /// variant's: 1 for GPT-2.
  package func queryFactor(layer: Int) -> Float {
    (variant.scalesScores ? 1 : Float(headSize).squareRoot())
      / (variant.scalesScoresByLayer ? Float(layer + 1) : 1)
  }
}
