import GPT2BinaryFiles
import GPT2Kernels
import GPT2SafeTensors
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

extension Configuration {
  /// `config.json` as transformers wants it for GPT-2. Its rates of dropout are GPT-2's; nothing here drops out.
  ///
  /// - Parameters:
  ///   - format: How the weights are stored.
  ///   - endOfText: The token that ends a text, and begins one if no other does, if it is known.
  ///   - special: Which tokens begin a text and fill one up.
  ///   - tiesClassifier: Whether the token table is the classifier, too.
  package func huggingFaceJSON(
    format: WeightFormat, endOfText: Int?, special: SpecialTokens = SpecialTokens(),
    tiesClassifier: Bool = true
  ) -> String {
    let type = format.huggingFaceName
    let token = endOfText.map(String.init) ?? "null"
    let padding = special[.pad].map { [(key: "pad_token_id", json: "\($0)")] } ?? []
    let members = [
      ("activation_function", "\"\(variant.activation.rawValue)\""),
      ("architectures", "[\"GPT2LMHeadModel\"]"),
      ("attn_pdrop", "0.1"),
      ("bos_token_id", special[.bos].map(String.init) ?? token),
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
    ]
    return JSONText.object(members + padding) + "\n"
  }

  /// `generation_config.json`: which token begins and ends a text.
  package static func huggingFaceGenerationJSON(
    endOfText: Int, special: SpecialTokens = SpecialTokens()
  ) -> String {
    let padding = special[.pad].map { [(key: "pad_token_id", json: "\($0)")] } ?? []
    return JSONText.object(
      [
        ("_from_model_config", "true"), ("bos_token_id", "\(special[.bos] ?? endOfText)"),
        ("eos_token_id", "\(endOfText)"),
      ] + padding) + "\n"
  }
}
