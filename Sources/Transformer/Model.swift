import GPT2Kernels

/// GPT-2: the parameters and the passes over them.
///
/// `Forward.swift` reads like the paper; `Backward.swift` mirrors it line by line.
package final class Model {
  /// All weights, or with `stored` those that are no factors of products.
  package let parameters: Parameters
  /// Weights that stay as they are stored, while adapters are trained over them.
  package let stored: StoredWeights?
  /// What is added to the weights of linear layers, without being in them.
  package let adapters: LowRankAdapters?
  /// What the inputs of matrix products are rounded to, the classifier's and attention's included. Parameters,
  /// their gradients, layer norms, softmax and the loss are single precision in any case.
  package let precision: Precision
  package let workers: Workers

  package var configuration: Configuration { parameters.configuration }

  package init(
    _ parameters: Parameters, adapters: LowRankAdapters? = nil, precision: Precision = .fp32,
    on workers: Workers = Workers()
  ) {
    precondition(parameters.configuration.variant == .gpt2, "this is no GPT-2, but a relative")
    precondition(
      adapters.map { $0.layout.configuration == parameters.configuration } ?? true,
      "adapters for a model of another configuration")
    self.parameters = parameters
    stored = nil
    self.adapters = adapters
    self.precision = precision
    self.workers = workers
  }

  /// A model of which nothing but the adapters can be trained.
  package init(
    _ stored: StoredWeights, adapters: LowRankAdapters, precision: Precision = .fp32,
    on workers: Workers = Workers()
  ) {
    precondition(
      adapters.layout.configuration == stored.weights.configuration,
      "adapters for a model of another configuration")
    parameters = stored.parameters
    self.stored = stored
    self.adapters = adapters
    self.precision = precision
    self.workers = workers
  }

  /// A linear layer's weight; with `stored` valid until the next is asked for.
  func weight(_ tensor: ParameterTensor, _ layer: Int) -> Matrix {
    stored?.matrix(tensor, layer, on: workers) ?? parameters[tensor, layer]
  }

  /// Calls `body` with the token table as the classifier: as a whole, or with `stored` some of its tokens' rows after
  /// the other.
  func forEachBandOfClassifier(_ body: (_ tokens: Range<Int>, _ rows: Matrix) -> Void) {
    if let stored { return stored.forEachBandOfTable(on: workers, body) }
    body(0..<configuration.paddedVocabularySize, parameters[.wte])
  }

  /// `Checksum` of all weights, those that training changes included; not of the adapters.
  package var checksum: UInt64 {
    stored?.checksum(on: workers) ?? Checksum.of(parameters.values, on: workers)
  }

  /// - Throws: `ModelError` if the batch does not fit the model or the activations.
  func check(_ tokens: [Int32], fit activations: Activations) throws(ModelError) {
    guard activations.configuration == configuration else { throw .foreignActivations }
    guard tokens.count == activations.tokens else {
      throw .wrongTokenCount(found: tokens.count, expected: activations.tokens)
    }
    guard activations.sequenceLength <= configuration.maximumSequenceLength else {
      throw .sequenceTooLong(
        found: activations.sequenceLength, maximum: configuration.maximumSequenceLength)
    }
    try configuration.check(tokens)
  }

  /// How many of the targets are not `CrossEntropy.ignored`.
  ///
  /// - Throws: `ModelError` as `check`.
  func countedTargets(_ targets: [Int32], fitting activations: Activations) throws(ModelError) -> Int {
    let counted = targets.count { $0 != CrossEntropy.ignored }
    // Any token stands for those that there are not.
    let tokens = counted == targets.count ? targets : targets.map { $0 == CrossEntropy.ignored ? 0 : $0 }
    try check(tokens, fit: activations)
    return counted
  }
}

extension Configuration {
  /// - Throws: `ModelError.tokenOutOfRange` for a token that is not in the vocabulary.
  package func check(_ tokens: [Int32]) throws(ModelError) {
    try tokens.check(below: vocabularySize)
  }
}

extension [Int32] {
  /// - Throws: `ModelError.tokenOutOfRange` for a token that is not in the vocabulary.
  package func check(below vocabularySize: Int) throws(ModelError) {
    guard let position = firstIndex(where: { !(0..<vocabularySize).contains(Int($0)) }) else { return }
    throw .tokenOutOfRange(token: Int(self[position]), position: position, vocabularySize: vocabularySize)
  }
}

/// A batch that the model cannot run.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Activations of a model of another configuration.
  case foreignActivations
  /// Other tokens than B·T.
  case wrongTokenCount(found: Int, expected: Int)
  /// More tokens than the model has positions.
  case sequenceTooLong(found: Int, maximum: Int)
  /// A token that is not in the vocabulary.
  case tokenOutOfRange(token: Int, position: Int, vocabularySize: Int)

  public var description: String {
    switch self {
    case .foreignActivations: "the activations were made for a model of another configuration"
    case .wrongTokenCount(let found, let expected): "found \(found) tokens, expected B · T = \(expected)"
    case .sequenceTooLong(let found, let maximum):
      "found a sequence of \(found) tokens, expected at most the model's \(maximum); use a shorter one"
    case .tokenOutOfRange(let token, let position, let vocabularySize):
      "found token \(token) at position \(position), expected tokens "
        + (token < 0 ? "from 0 to \(vocabularySize - 1); " : "below \(vocabularySize); ")
        + "was the data made with another tokenizer?"
    }
  }
}
