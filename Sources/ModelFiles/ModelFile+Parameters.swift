import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

extension Parameters {
  /// A copy of weights in any format, widened to fp32, to be trained.
  ///
  /// - Precondition: They are GPT-2's, and no relative's.
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(_ weights: Weights) throws(AllocationError) {
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
  /// - Parameter path: A checkpoint of llm.c's, a GGUF, safetensors or PyTorch file, or a Hugging Face folder.
  /// - Throws: `FileError` if there is no whole and consistent GPT-2; `AllocationError` if its parameters do not fit
  ///   in memory.
  package static func read(_ path: String, on workers: Workers = Workers()) throws -> Parameters {
    try ModelFile(contentsOf: path).parameters(on: workers)
  }
}

extension ModelFile {
  /// The configuration with which the model is trained.
  ///
  /// - Throws: `FileError` if the file holds no whole and consistent GPT-2, and with what training cannot do.
  package func trainedConfiguration() throws(FileError) -> Configuration {
    let configuration = try configuration()
    let trained = dictionaryModel?.trained(configuration) ?? configuration
    try trained.checkTrainable(path, hasOwnClassifier: try hasOwnClassifier)
    return trained
  }

  private var hasOwnClassifier: Bool {
    get throws(FileError) {
      switch self {
      case .checkpoint: false
      case .gguf(let file): try GGUFModel(file).weights().ownClassifier != nil
      case .safeTensors, .pyTorch: try dictionaryModel?.sources().classifier != nil
      }
    }
  }

  /// Whether training, and files that know GPT-2 alone, put GPT-2's activation in the place of one that the file does
  /// not state.
  package var assumesActivation: Bool { dictionaryModel?.stated?.assumesActivation ?? false }

  /// The model's weights as they are stored, or rounded to a format, for adapters to be trained over.
  ///
  /// - Throws: As `Parameters.read`; `WeightFormatError` if they cannot be rounded to the format.
  package func trainedWeights(
    roundedTo format: WeightFormat? = nil, on workers: Workers = Workers()
  ) throws -> Weights {
    var weights = try weights(on: workers)
    // As training has it where nothing states an activation.
    if assumesActivation { weights = weights.computing(with: .tanhGELU) }
    try weights.configuration.checkTrainable(path, hasOwnClassifier: weights.ownClassifier != nil)
    return try format.map { try weights.encoded(as: $0, readFrom: path, isLastUse: true, on: workers) }
      ?? weights
  }

  /// The model's parameters, widened to fp32, to be trained.
  ///
  /// - Parameter format: What they are rounded to before.
  /// - Throws: As `trainedWeights`.
  package func parameters(
    roundedTo format: WeightFormat? = nil, on workers: Workers = Workers()
  ) throws -> Parameters {
    if format == nil, let model = dictionaryModel { return try model.parameters(on: workers) }
    let weights = try trainedWeights(roundedTo: format, on: workers)
    let parameters = try Parameters(weights)
    // Nobody looks at the file again.
    try weights.checkFiles()
    return parameters
  }
}

extension Matrix {
  /// Widens the first rows, as many as are stored.
  func decode(_ stored: EncodedMatrix) {
    precondition(stored.columns == columns && stored.rows <= rows && stride == columns, "shapes disagree")
    stored.format.decode(stored.base, count: stored.rows * stored.columns, into: base)
  }
}
