import GPT2BinaryFiles
import GPT2Kernels
import GPT2SafeTensors
import GPT2Transformer
import GPT2WeightFormats

/// GPT-2 in named tensors, as Hugging Face's transformers, nanoGPT or minGPT write it: checks that it is whole and
/// consistent, and finds its tensors.
package struct StateDictionaryModel: Sendable {
  let dictionary: StateDictionary
  /// The folder of its configuration, which may have a tokenizer too; with a slash at its end.
  package let folder: String?
  let stated: (any StatedConfiguration)?
  /// By their names without what stands before them.
  private let tensors: [String: StoredTensor]

  /// - Parameter stated: What is said of the model beside its tensors, as in config.json.
  init(
    _ dictionary: StateDictionary, _ stated: (any StatedConfiguration)?, folder: String?
  ) throws(FileError) {
    self.dictionary = dictionary
    self.folder = folder
    self.stated = stated
    var tensors: [String: StoredTensor] = [:]
    for tensor in dictionary.tensors {
      let name = StateDictionaryNames.bareName(of: tensor.name)
      if let other = tensors.updateValue(tensor, forKey: name) {
        throw Self.mismatch(
          dictionary,
          found: "\(name.onOneShortLine) twice, as \(other.name.onOneShortLine) and "
            + tensor.name.onOneShortLine,
          expected: "each tensor once")
      }
    }
    // What is stored once only, since it is the same, may have either name.
    let table = ParameterTensor.wte.huggingFaceName(layer: 0)
    if tensors[table] == nil { tensors[table] = tensors.removeValue(forKey: HuggingFaceNames.classifier) }
    self.tensors = tensors
  }

  package var path: String { dictionary.path }

  /// All of a model, as it lies in the file.
  struct Sources {
    let configuration: Configuration
    let tensors: [TensorPlace: TensorSource]
    /// A head of its own.
    let classifier: TensorSource?
  }

  /// - Throws: `FileError` if it is another kind of model, or a tensor is missing, too much, or not what the others
  ///   or config.json need.
  func sources() throws(FileError) -> Sources {
    let configuration = try self.configuration()
    let isTransposed = try linearWeightsAreTransposed(configuration)
    let hasBiases = tensors.keys.contains(where: isBias)
    var sources: [TensorPlace: TensorSource] = [:]
    for place in TensorPlace.all(in: configuration) {
      let isZero = place.tensor.role == .bias && !hasBiases
      let turned = place.tensor.isLinearWeight && isTransposed
      let (rows, columns) = place.tensor.shape(in: configuration)
      sources[place] = TensorSource(
        stored: isZero ? nil : try stored(place, configuration, isTransposed: turned),
        rows: place.tensor == .wte ? configuration.vocabularySize : rows, columns: columns,
        isTransposed: turned)
    }
    try checkNoOthers(than: Set(sources.keys.map(\.huggingFaceName)))
    return Sources(
      configuration: configuration, tensors: sources, classifier: try classifier(configuration))
  }

  /// The numbers of the model, as they are stated, or as the shapes of its tensors say.
  ///
  /// - Throws: `FileError` if config.json is of another kind of model, or without one the heads cannot be known.
  package func configuration() throws(FileError) -> Configuration {
    let configuration = if let stated { try stated.configuration() } else { try configurationOfShapes() }
    // Or a number out of all proportion would be counted up to.
    guard configuration.layers <= tensors.count else {
      throw FileError(
        stated?.path ?? path,
        .invalidField(
          name: "n_layer", found: configuration.layers, expected: "at most \(tensors.count), the tensors"))
    }
    return configuration
  }

  /// The tensors that are not read, since the logits do not need them: heads for other tasks, and empty ones.
  package var leftOut: [String] {
    tensors.filter { isLeftOut($0.key, $0.value) }.values.map(\.name).sorted()
  }

  private func isLeftOut(_ name: String, _ tensor: StoredTensor) -> Bool {
    StateDictionaryNames.isOtherHead(name) || tensor.bytes.isEmpty
  }

  /// Whether a name is that of one of GPT-2's biases; attention's masks have such names, too.
  private func isBias(_ name: String) -> Bool {
    (name.hasPrefix("h.") || name.hasPrefix("ln_f.")) && name.hasSuffix(".bias")
      && !HuggingFaceNames.isMask(name)
  }

  /// Without a word on it the shape of the first layer's says: (3C, C), or (C, 3C).
  private func linearWeightsAreTransposed(_ configuration: Configuration) throws(FileError) -> Bool {
    if let stated { return stated.linearWeightsAreTransposed }
    let first = try tensor(ParameterTensor.qkvw.huggingFaceName(layer: 0))
    return first.shape != ParameterTensor.qkvw.stateShape(in: configuration, isTransposed: false)
  }

  /// One tensor, whose shape must be what the configuration says.
  private func stored(
    _ place: TensorPlace, _ configuration: Configuration, isTransposed: Bool
  ) throws(FileError) -> StoredTensor {
    let tensor = try self.tensor(place.huggingFaceName)
    try check(tensor, place.tensor.stateShape(in: configuration, isTransposed: isTransposed))
    return tensor
  }

  private func check(_ tensor: StoredTensor, _ shape: [Int]) throws(FileError) {
    guard tensor.shape == shape, !tensor.bytes.isEmpty else {
      throw mismatch(
        found: tensor.description,
        expected: StoredTensor.description(tensor.values == nil ? "F32" : tensor.type, shape))
    }
    guard tensor.values != nil else {
      throw mismatch(found: tensor.description, expected: "F32, F16, BF16 or F64")
    }
  }

  func tensor(_ name: String) throws(FileError) -> StoredTensor {
    guard let tensor = tensors[name] else {
      throw mismatch(found: "no tensor \(name)", expected: "all tensors of a GPT-2")
    }
    return tensor
  }

  /// How many layers have a tensor.
  var layerCount: Int {
    var count = 0
    while tensors[ParameterTensor.ln1w.huggingFaceName(layer: count)] != nil { count += 1 }
    return count
  }

  /// The head, if it is another than the token table; that alone counts, whatever config.json says, as for
  /// transformers.
  private func classifier(_ configuration: Configuration) throws(FileError) -> TensorSource? {
    guard let classifier = tensors[HuggingFaceNames.classifier] else {
      guard stated?.hasOwnClassifier != true else {
        throw mismatch(
          found: "no tensor \(HuggingFaceNames.classifier)",
          expected: "one, as tie_word_embeddings = false in \(stated?.path ?? "config.json")")
      }
      return nil
    }
    try check(classifier, ParameterTensor.wte.stateShape(in: configuration, isTransposed: false))
    let table = try tensor(ParameterTensor.wte.huggingFaceName(layer: 0))
    return classifier.isEqual(to: table)
      ? nil
      : TensorSource(
        stored: classifier, rows: configuration.vocabularySize, columns: configuration.channels,
        isTransposed: false)
  }

  private func checkNoOthers(than names: Set<String>) throws(FileError) {
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key })
    where !names.contains(name) && name != HuggingFaceNames.classifier && !HuggingFaceNames.isMask(name)
      && !isLeftOut(name, tensor)
    {
      throw mismatch(
        found: "tensor \(tensor.name.onOneShortLine)", expected: "no such tensor in this GPT-2")
    }
  }

  func mismatch(found: String, expected: String) -> FileError {
    Self.mismatch(dictionary, found: found, expected: expected)
  }

  private static func mismatch(_ dictionary: StateDictionary, found: String, expected: String) -> FileError {
    FileError(
      dictionary.path,
      .mismatch(found: found, expected: expected, advice: "save the model again, or take another"))
  }
}

extension TensorPlace {
  var huggingFaceName: String { tensor.huggingFaceName(layer: layer) }
}

extension ParameterTensor {
  /// Whether it is the weight of a linear layer, which some keep (in, out).
  var isLinearWeight: Bool { isMultiplied && self != .wte }

  /// One layer's shape. wte has no padding rows.
  func stateShape(in configuration: Configuration, isTransposed: Bool) -> [Int] {
    let (rows, columns) = shape(in: configuration)
    if self == .wte { return [configuration.vocabularySize, columns] }
    if !isMatrix { return [columns] }
    return isTransposed ? [columns, rows] : [rows, columns]
  }
}
