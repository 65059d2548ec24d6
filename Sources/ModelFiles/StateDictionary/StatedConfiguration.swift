import GPT2BinaryFiles
import GPT2Transformer

/// What is said of a model beside its tensors.
protocol StatedConfiguration: Sendable {
  /// The file that says it.
  var path: String { get }

  /// Whether linear weights are (in, out), as transformers kept them from OpenAI's; elsewhere they are (out, in).
  var linearWeightsAreTransposed: Bool { get }

  /// Whether there must be a classifier beside the token table.
  var hasOwnClassifier: Bool { get }

  /// Whether the activation is taken for granted, because nothing says which it is.
  var assumesActivation: Bool { get }

  /// - Throws: `FileError` with the name of what is missing, out of range, or not as in GPT-2 or a relative.
  func configuration() throws(FileError) -> Configuration
}
