import ArgumentParser
import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Transformer
import GPT2WeightFormats

/// What `convert` writes: by the end of OUTPUT's name, or because there is a folder.
enum ConversionTarget {
  case gguf
  case checkpoint
  /// A file alone.
  case safeTensors
  case folder

  init(_ output: String) throws {
    if Folder.exists(output) || Folder.endsWithSlash(output) {
      self = .folder
    } else if output.hasSuffix(".gguf") {
      self = .gguf
    } else if output.hasSuffix(".bin") {
      self = .checkpoint
    } else if output.hasSuffix(".safetensors") {
      self = .safeTensors
    } else {
      throw ValidationError(
        "OUTPUT is \(output), expected a name that ends in .gguf, .bin or .safetensors, or in / for a Hugging "
          + "Face folder.")
    }
  }

  /// Whether a tokenizer can be put into it.
  var takesTokenizer: Bool { self == .gguf || self == .folder }

  /// - Throws: `ValidationError` if weights cannot be stored so in it.
  func check(_ format: WeightFormat) throws {
    switch self {
    case .gguf: break
    case .checkpoint: _ = try Self.version(of: format)
    case .safeTensors, .folder:
      guard format.blockValues == 1 else {
        throw ValidationError(
          "A safetensors file holds fp32, fp16 or bf16, not \(format.rawValue); pass --format fp32, or name a "
            + ".gguf file.")
      }
    }
  }

  /// - Throws: `ValidationError` if the target cannot say all that there is to say of the model.
  func check(_ configuration: Configuration) throws {
    let variant = configuration.variant
    let unsaid = variant.differences.filter { !$0.hasPrefix("n_inner") }
    guard self != .safeTensors || unsaid.isEmpty else {
      throw ValidationError(
        "A .safetensors file alone does not say \(unsaid.joined(separator: ", ")). Name a folder, with a / at its end."
      )
    }
    guard self == .safeTensors, configuration.headSize != Configuration.usualHeadSize else { return }
    throw ValidationError(
      "A .safetensors file alone says nothing of heads, so they must have \(Configuration.usualHeadSize) channels; "
        + "found \(configuration.headSize). Name a folder, with a / at its end.")
  }

  static func version(of format: WeightFormat) throws -> Checkpoint.Version {
    switch format {
    case .fp32: return .float32
    case .bf16: return .bfloat16
    default:
      throw ValidationError(
        "A .bin file holds fp32 or bf16, not \(format.rawValue); pass --format fp32, or name a .gguf file.")
    }
  }
}
