import GPT2Kernels
import GPT2SafeTensors
import GPT2Transformer
import GPT2WeightFormats

// The names of GPT-2's tensors in Hugging Face's transformers (modeling_gpt2.py).
extension ParameterTensor {
  /// The name of one layer's tensor, without the prefix of `HuggingFaceNames`.
  func huggingFaceName(layer: Int) -> String {
    isPerLayer ? "h.\(layer).\(huggingFaceSuffix)" : huggingFaceSuffix
  }

  private var huggingFaceSuffix: String {
    switch self {
    case .wte: "wte.weight"
    case .wpe: "wpe.weight"
    case .ln1w: "ln_1.weight"
    case .ln1b: "ln_1.bias"
    case .qkvw: "attn.c_attn.weight"
    case .qkvb: "attn.c_attn.bias"
    case .attprojw: "attn.c_proj.weight"
    case .attprojb: "attn.c_proj.bias"
    case .ln2w: "ln_2.weight"
    case .ln2b: "ln_2.bias"
    case .fcw: "mlp.c_fc.weight"
    case .fcb: "mlp.c_fc.bias"
    case .fcprojw: "mlp.c_proj.weight"
    case .fcprojb: "mlp.c_proj.bias"
    case .lnfw: "ln_f.weight"
    case .lnfb: "ln_f.bias"
    }
  }

  /// One layer's shape there: transformers kept OpenAI's layout of linear layers, (in, out).
  func huggingFaceShape(in configuration: Configuration) -> [Int] {
    stateShape(in: configuration, isTransposed: isLinearWeight)
  }
}

enum HuggingFaceNames {
  /// What the names begin with in files of the model with its classifier, GPT2LMHeadModel; those of the bare model
  /// have no prefix.
  static let prefix = "transformer."
  /// The classifier, (V, C): in most files not there, or once more the token table.
  static let classifier = "lm_head.weight"

  /// Whether it is one of attention's masks, which old versions wrote among the weights.
  static func isMask(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "h" && Int(parts[1]) != nil && parts[2] == "attn"
      && (parts[3] == "bias" || parts[3] == "masked_bias")
  }
}

extension WeightFormat {
  /// `nil` for types that weights do not have here.
  init?(_ type: ElementType) {
    switch type {
    case .f32: self = .fp32
    case .f16: self = .fp16
    case .bf16: self = .bf16
    default: return nil
    }
  }

  /// `nil` for formats of blocks.
  var safeTensorsType: ElementType? {
    switch self {
    case .fp32: .f32
    case .fp16: .f16
    case .bf16: .bf16
    default: nil
    }
  }
}
