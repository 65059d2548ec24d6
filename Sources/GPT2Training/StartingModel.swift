import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

/// What training begins with: random weights of some size, or a model that there is; and its tokenizer.
///
/// Nothing large is read or allocated before training begins.
public struct StartingModel: Sendable {
  enum Origin: Sendable {
    case random
    case file(String)
  }

  let origin: Origin
  /// The model's numbers: V, maxT, L, NH, C.
  public let configuration: Configuration
  /// What texts become tokens by. A run keeps a copy.
  public let tokenizer: Tokenizer

  /// A new model, with GPT-2's random start, number for number that of llm.c and PyTorch for the plan's seed.
  ///
  /// - Parameters:
  ///   - size: "d12" is GPT-2 124M, "d6" a smaller one, "gpt3:c768" GPT-3 125M, "4x4x128" one of 4 layers, 4 heads and
  ///     128 channels.
  ///   - tokenizer: Its vocabulary is the model's; by default bytes and end-of-text.
  ///   - positions: maxT, the longest text that it can look back on; 1,024 for sizes of GPT-2 if not given.
  /// - Throws: `StartingModelError` for another size; `ConfigurationError` for numbers that no GPT-2 can have.
  public init(size: String, tokenizer: Tokenizer = .byteLevel, positions: Int? = nil) throws {
    guard let known = ModelSize(descriptor: size) else { throw StartingModelError.unknownSize(size) }
    configuration = try known.configuration(
      vocabularySize: tokenizer.vocabularySize, maximumSequenceLength: positions)
    self.tokenizer = tokenizer
    origin = .random
  }

  /// A model to train further, of any kind that `GPT2.init(contentsOf:)` takes, if it is GPT-2 itself and no relative.
  ///
  /// - Parameters:
  ///   - path: A file, a folder, a run's directory, or the name of a model that `gpt2 fetch` has fetched.
  ///   - tokenizerPath: Its tokenizer's; not needed where the file, folder or run has one.
  /// - Throws: `FileError` if a file cannot be used, if the two do not belong together, or if the model is one that cannot
  ///   be trained.
  public init(contentsOf path: String, tokenizer tokenizerPath: String? = nil) throws {
    let source = try ModelSource(path, tokenizer: tokenizerPath).resolved()
    // Of adapters, which cannot be trained on, `ModelFile` says what to do.
    let file = try ModelFile(contentsOf: source.adaptersPath == nil ? source.path : path)
    configuration = try file.trainedConfiguration()
    tokenizer = try source.tokenizer(in: file, for: configuration)
    origin = .file(source.path)
  }

  /// Where the model's file is; `nil` for a new one.
  var path: String? {
    switch origin {
    case .random: nil
    case .file(let path): path
    }
  }

  /// The weights, to be trained themselves or below adapters in fp32.
  ///
  /// - Throws: `FileError`; `AllocationError`.
  func parameters(seed: UInt64) throws -> Parameters {
    switch origin {
    case .random: try Parameters(random: configuration, seed: UInt32(truncatingIfNeeded: seed))
    case .file(let path): try Parameters.read(path)
    }
  }

  /// The weights as they are stored, if adapters are to be trained over these; `nil` if they are fp32, or new.
  ///
  /// - Throws: `FileError`; `AllocationError`.
  func storedWeights(on workers: Workers) throws -> StoredWeights? {
    guard let path else { return nil }
    let weights = try ModelFile(contentsOf: path).trainedWeights(on: workers)
    return weights.formats == [.fp32] ? nil : try StoredWeights(weights)
  }
}

/// A model that training cannot begin with.
public enum StartingModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no such size.
  case unknownSize(String)

  /// What was found, what was expected and what to do.
  public var description: String {
    switch self {
    case .unknownSize(let size):
      "found a model size \"\(size)\", expected \(ModelSize.descriptors); a file is opened by init(contentsOf:)"
    }
  }
}
