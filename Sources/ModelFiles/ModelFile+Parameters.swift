import BinaryFiles
import Kernels
import Transformer

extension Parameters {
  /// A copy of weights in any format, widened to fp32, to be trained.
  ///
  /// - Precondition: They are GPT-2's, and no relative's.
  /// - Throws: `AllocationError` if the memory is not to be had.
  public convenience init(_ weights: Weights) throws(AllocationError) {
    precondition(weights.differences.isEmpty, "this is no GPT-2, but a relative")
    try self.init(zeroed: weights.configuration)
    for tensor in ParameterTensor.allCases {
      for layer in 0..<tensor.layers(in: configuration) {
        let stored = weights[tensor, layer]
        let rows = tensor == .wte ? configuration.vocabularySize : stored.rows
        self[tensor, layer].decode(stored.rows(0..<rows))
      }
    }
  }

  /// The parameters of a model of any kind that `ModelFile` knows, widened to fp32, to be trained.
  ///
  /// - Parameter path: A checkpoint of llm.c's, a GGUF or safetensors file, or a Hugging Face folder.
  /// - Throws: `FileError` if there is no whole and consistent GPT-2; `AllocationError` if its parameters do not fit
  ///   in memory.
  public static func read(_ path: String, on workers: Workers = Workers()) throws -> Parameters {
    try ModelFile(contentsOf: path).parameters(on: workers)
  }
}

extension ModelFile {
  /// Says whether the model can be trained, as far as that is known without its weights.
  ///
  /// - Throws: `FileError` with what training cannot do.
  public func checkTrainable() throws(FileError) {
    try configuration().checkTrainable(path, hasOwnClassifier: false)
  }

  /// The model's parameters, widened to fp32, to be trained.
  ///
  /// - Throws: As `Parameters.read`.
  public func parameters(on workers: Workers = Workers()) throws -> Parameters {
    if case .safeTensors(let model) = self { return try model.parameters(on: workers) }
    let weights = try weights(on: workers)
    try weights.configuration.checkTrainable(path, hasOwnClassifier: weights.ownClassifier != nil)
    return try Parameters(weights)
  }
}

extension Matrix {
  /// Widens the first rows, as many as are stored.
  func decode(_ stored: EncodedMatrix) {
    precondition(stored.columns == columns && stored.rows <= rows && stride == columns, "shapes disagree")
    stored.format.decode(stored.base, count: stored.rows * stored.columns, into: base)
  }
}
