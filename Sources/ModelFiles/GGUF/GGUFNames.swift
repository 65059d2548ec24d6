import GPT2GGUF
import GPT2Kernels
import GPT2Transformer

// llama.cpp's names for GPT-2 in GGUF files, as its convert_hf_to_gguf.py writes them.
extension ParameterTensor {
  /// The name of one layer's tensor.
  func ggufName(layer: Int) -> String { isPerLayer ? "blk.\(layer).\(ggufSuffix)" : ggufSuffix }

  private var ggufSuffix: String {
    switch self {
    case .wte: "token_embd.weight"
    case .wpe: "position_embd.weight"
    case .ln1w: "attn_norm.weight"
    case .ln1b: "attn_norm.bias"
    case .qkvw: "attn_qkv.weight"
    case .qkvb: "attn_qkv.bias"
    case .attprojw: "attn_output.weight"
    case .attprojb: "attn_output.bias"
    case .ln2w: "ffn_norm.weight"
    case .ln2b: "ffn_norm.bias"
    case .fcw: "ffn_up.weight"
    case .fcb: "ffn_up.bias"
    case .fcprojw: "ffn_down.weight"
    case .fcprojb: "ffn_down.bias"
    case .lnfw: "output_norm.weight"
    case .lnfb: "output_norm.bias"
    }
  }

  /// ggml names the extent of neighbours first; a vector has one dimension. wte has no padding rows.
  func ggufDimensions(in configuration: Configuration) -> [Int] {
    let (rows, columns) = shape(in: configuration)
    return isMatrix ? [columns, self == .wte ? configuration.vocabularySize : rows] : [columns]
  }
}

enum GGUFName {
  /// The classifier: in most files not there, or once more the token table.
  static let classifier = "output.weight"
}

/// Keys of GPT-2's metadata.
enum GGUFKey {
  static let architecture = "general.architecture"
  static let positions = "gpt2.context_length"
  static let channels = "gpt2.embedding_length"
  static let hiddenChannels = "gpt2.feed_forward_length"
  static let layers = "gpt2.block_count"
  static let heads = "gpt2.attention.head_count"
  static let epsilon = "gpt2.attention.layer_norm_epsilon"
  static let fileType = "general.file_type"

  /// Those of the architecture.
  static let read: Set<String> = [positions, channels, hiddenChannels, layers, heads, epsilon]
}
