import BinaryFiles
import Kernels
import SafeTensors
import Transformer

extension Configuration {
  /// `config.json` as transformers wants it for GPT-2. Its rates of dropout are GPT-2's; nothing here drops out.
  ///
  /// - Parameters:
  ///   - format: How the weights are stored.
  ///   - endOfText: The token that begins and ends a text, if it is known.
  ///   - tiesClassifier: Whether the token table is the classifier, too.
  public func huggingFaceJSON(
    format: WeightFormat, endOfText: Int?, tiesClassifier: Bool = true
  ) -> String {
    let type = format == .fp32 ? "float32" : format == .fp16 ? "float16" : "bfloat16"
    let token = endOfText.map(String.init) ?? "null"
    let text = JSONText.object([
      ("activation_function", "\"\(variant.activation.rawValue)\""),
      ("architectures", "[\"GPT2LMHeadModel\"]"),
      ("attn_pdrop", "0.1"),
      ("bos_token_id", token),
      ("dtype", "\"\(type)\""),
      ("embd_pdrop", "0.1"),
      ("eos_token_id", token),
      ("initializer_range", "0.02"),
      ("layer_norm_epsilon", "\(variant.layerNormEpsilon)"),
      ("model_type", "\"gpt2\""),
      ("n_ctx", "\(maximumSequenceLength)"),
      ("n_embd", "\(channels)"),
      ("n_head", "\(heads)"),
      ("n_inner", variant.hiddenChannels.map(String.init) ?? "null"),
      ("n_layer", "\(layers)"),
      ("n_positions", "\(maximumSequenceLength)"),
      ("resid_pdrop", "0.1"),
      ("scale_attn_by_inverse_layer_idx", "\(variant.scalesScoresByLayer)"),
      ("scale_attn_weights", "\(variant.scalesScores)"),
      ("tie_word_embeddings", "\(tiesClassifier)"),
      // What versions before 4.56 call dtype.
      ("torch_dtype", "\"\(type)\""),
      ("vocab_size", "\(vocabularySize)"),
    ])
    return text + "\n"
  }

  /// `generation_config.json`: which token begins and ends a text.
  public static func huggingFaceGenerationJSON(endOfText: Int) -> String {
    JSONText.object([
      ("_from_model_config", "true"), ("bos_token_id", "\(endOfText)"), ("eos_token_id", "\(endOfText)"),
    ]) + "\n"
  }
}
