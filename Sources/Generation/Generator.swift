import BinaryFiles
import Kernels
import Tokens
import Transformer

/// Continues a sequence of tokens, one at a time.
///
/// Each token costs a forward pass over everything before it. Once the sequence is longer than the model's
/// positions, the model sees its last maxT tokens.
public final class Generator {
  private let model: Model
  private var sampler: Sampler
  private let activations: Activations
  private let logits: FloatBuffer  // (1, Vp)

  /// The prompt and everything generated after it.
  public private(set) var tokens: [Int32]

  /// - Parameters:
  ///   - prompt: Token ids; if there are none, generation starts from `endOfText`, the mark between documents.
  ///   - maximumTokens: How many tokens will be generated at most; it bounds the memory.
  /// - Throws: `ModelError` for a prompt with tokens the model does not know; `AllocationError`.
  public init(
    _ model: Model, prompt: [Int32], endOfText: Int, maximumTokens: Int, sampling: Sampler.Settings
  ) throws {
    self.model = model
    tokens = prompt.isEmpty ? [Int32(endOfText)] : prompt
    sampler = Sampler(sampling)
    try model.configuration.check(tokens)
    let (longest, overflows) = tokens.count.addingReportingOverflow(maximumTokens)
    let positions = model.configuration.maximumSequenceLength
    activations = try Activations(
      model.configuration, batchSize: 1, sequenceLength: overflows ? positions : min(longest, positions),
      keepingForBackward: false)
    logits = try FloatBuffer(zeroed: model.configuration.paddedVocabularySize)
  }

  /// Draws the next token and appends it.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `ModelError`.
  public func next() throws -> Int {
    let window = Array(tokens.suffix(model.configuration.maximumSequenceLength))
    activations.reshape(batchSize: 1, sequenceLength: window.count)
    try model.forward(window, into: activations)

    let configuration = model.configuration
    guard let start = logits.values.baseAddress else { preconditionFailure("a model has a vocabulary") }
    model.logits(
      of: window.count - 1..<window.count, from: activations,
      into: Matrix(start, rows: 1, columns: configuration.paddedVocabularySize))
    let valid = UnsafeBufferPointer(rebasing: logits.values[..<configuration.vocabularySize])
    let token = try sampler.sample(valid)
    tokens.append(Int32(token))
    return token
  }
}

extension Configuration {
  /// Checks that a model of this configuration and a tokenizer have the same vocabulary.
  ///
  /// - Throws: `FileError` in the tokenizer's name.
  public func check(_ tokenizer: Tokenizer, readFrom path: String) throws(FileError) {
    guard tokenizer.vocabularySize == vocabularySize else {
      throw FileError(
        path,
        .mismatch(
          found: "a vocabulary of \(tokenizer.vocabularySize) tokens",
          expected: "the model's \(vocabularySize)",
          advice: "use the tokenizer that the model was trained with"))
    }
  }
}
