/// What cannot be looked at: one case a cause.
public enum InspectionError: Error, Equatable, Sendable {
  /// A layer that the model does not have.
  case layerOutOfRange(found: Int, layers: Int)
  /// A head that the model does not have.
  case headOutOfRange(found: Int, heads: Int)
  /// A neuron that the model does not have.
  case neuronOutOfRange(found: Int, neurons: Int)
  /// A position that the text does not have.
  case positionOutOfRange(found: Int, tokens: Int)
  /// A number of blocks that is not 0 to L.
  case blocksOutOfRange(found: Int, layers: Int)
  /// A token to look for that is not in the vocabulary.
  case tokenOutOfRange(found: Int, vocabularySize: Int)
  /// Something that the inspection was not asked to keep; `part` says what.
  case notKept(part: String)
  /// A number of a request, `member`, that is not in its range.
  case countOutOfRange(member: String, found: Int, expected: ClosedRange<Int>)
  /// Not exactly one of a text and tokens.
  case noSingleText(found: String)
  /// A text, and nothing that makes tokens of it.
  case noTokenizer
  /// More numbers than a report may have.
  case tooManyValues(found: Int, maximum: Int)
  /// JSON that is no request; `path` says where.
  case unreadable(path: String, found: String, expected: String)
}

extension InspectionError: CustomStringConvertible {
  /// One line: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .layerOutOfRange(let found, let layers):
      "found layer \(found), expected 0 to \(layers - 1); layers count from 0"
    case .headOutOfRange(let found, let heads):
      "found head \(found), expected 0 to \(heads - 1); heads count from 0"
    case .neuronOutOfRange(let found, let neurons):
      "found neuron \(found), expected 0 to \(neurons - 1); neurons count from 0"
    case .positionOutOfRange(let found, let tokens):
      "found position \(found), expected 0 to \(tokens - 1): the text has \(tokens) tokens"
    case .blocksOutOfRange(let found, let layers):
      "found a state after \(found) blocks, expected 0, the embedding, to \(layers), all of them"
    case .tokenOutOfRange(let found, let vocabularySize):
      "found token \(found), expected tokens from 0 to \(vocabularySize - 1); was its id looked up with another tokenizer?"
    case .notKept(let part):
      "found no \(part), expected what the inspection was asked to keep; ask for it when it is made"
    case .countOutOfRange(let member, let found, let expected):
      "found \(member) = \(found), expected \(expected.lowerBound) to \(expected.upperBound)"
    case .noSingleText(let found):
      "found \(found), expected either a text or its tokens; give one of them"
    case .noTokenizer:
      "found a text and no tokenizer, expected one that makes tokens of it; name one, or give the tokens"
    case .tooManyValues(let found, let maximum):
      "found a request for \(found) numbers, expected at most \(maximum); ask for fewer heads, positions or tokens"
    case .unreadable(let path, let found, let expected):
      "found \(found)\(path.isEmpty ? "" : " at \(path)"), expected \(expected); correct the request"
    }
  }
}
