import BinaryFiles
import Kernels
import Platform
import SafeTensors
import Transformer
import WeightFormats

/// GPT-2 in safetensors files, as Hugging Face's transformers writes it: checks that it is whole and consistent, and
/// finds its tensors.
public struct SafeTensorsModel: Sendable {
  let files: SafeTensorsSet
  /// The folder of its configuration, which may have a tokenizer too; with a slash at its end.
  public let folder: String?
  private let stated: HuggingFaceConfiguration?
  /// By their names without prefix.
  private let tensors: [String: SafeTensorInfo]

  /// - Parameter configuration: What config.json says, if there is one.
  init(_ files: SafeTensorsSet, _ configuration: HuggingFaceConfiguration?, folder: String?) throws(FileError)
  {
    self.files = files
    self.folder = folder
    stated = configuration
    var tensors: [String: SafeTensorInfo] = [:]
    for info in files.tensors {
      guard tensors.updateValue(info, forKey: Self.bareName(of: info)) == nil else {
        throw Self.mismatch(
          files,
          found: "\(Self.bareName(of: info).onOneShortLine) with and without \(HuggingFaceNames.prefix)",
          expected: "each tensor once")
      }
    }
    // What is stored once only, since it is the same, may have either name.
    let table = ParameterTensor.wte.huggingFaceName(layer: 0)
    if tensors[table] == nil { tensors[table] = tensors.removeValue(forKey: HuggingFaceNames.classifier) }
    self.tensors = tensors
  }

  public var path: String { files.path }

  /// One layer's tensor as it lies in the file: linear weights are (in, out).
  struct Source {
    let place: TensorPlace
    let stored: EncodedMatrix
  }

  /// The configuration, and every tensor of the model.
  ///
  /// - Throws: `FileError` if it is another kind of model, or a tensor is missing, too much, or not what the others
  ///   or config.json need.
  func sources() throws(FileError) -> (Configuration, [Source]) {
    let configuration = try self.configuration()
    var sources: [Source] = []
    for place in TensorPlace.all(in: configuration) {
      sources.append(Source(place: place, stored: try matrix(place, configuration)))
    }
    try checkClassifier()
    try checkNoOthers(than: Set(sources.map { $0.place.huggingFaceName }))
    return (configuration, sources)
  }

  /// The numbers of the model, as config.json has them, or without one as the shapes of its tensors say.
  ///
  /// - Throws: `FileError` if config.json is of another kind of model, or without one the heads cannot be known.
  public func configuration() throws(FileError) -> Configuration {
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

  /// One tensor, whose shape must be what the configuration says.
  private func matrix(_ place: TensorPlace, _ configuration: Configuration) throws(FileError) -> EncodedMatrix
  {
    let info = try tensor(place.huggingFaceName)
    let shape = place.tensor.huggingFaceShape(in: configuration)
    guard info.shape == shape, let start = files.bytes(ofTensor: info.name)?.baseAddress else {
      let expected = SafeTensorInfo(name: info.name, type: info.type, shape: shape)
      throw mismatch(found: "\(info.name) \(info.description)", expected: expected.description)
    }
    guard let format = WeightFormat(info.type) else {
      throw mismatch(found: "\(info.name) \(info.description)", expected: "F32, F16 or BF16")
    }
    let rows = shape.count == 2 ? shape[0] : 1
    return EncodedMatrix(format, start, rows: rows, columns: shape[shape.count - 1])
  }

  func tensor(_ name: String) throws(FileError) -> SafeTensorInfo {
    guard let info = tensors[name] else {
      throw mismatch(found: "no tensor \(name)", expected: "all tensors of a GPT-2")
    }
    return info
  }

  /// How many layers have a tensor.
  var layerCount: Int {
    var count = 0
    while tensors[ParameterTensor.ln1w.huggingFaceName(layer: count)] != nil { count += 1 }
    return count
  }

  private func checkClassifier() throws(FileError) {
    guard let classifier = tensors[HuggingFaceNames.classifier] else { return }
    let table = try tensor(ParameterTensor.wte.huggingFaceName(layer: 0))
    guard let bytes = files.bytes(ofTensor: classifier.name), let others = files.bytes(ofTensor: table.name),
      let start = bytes.baseAddress, let other = others.baseAddress,
      classifier.type == table.type, classifier.shape == table.shape,
      memcmp(start, other, bytes.count) == 0
    else {
      throw mismatch(
        found: "a head of its own, \(classifier.name), that is not \(table.name)",
        expected: "GPT-2, whose head is tied to its token table")
    }
  }

  private func checkNoOthers(than names: Set<String>) throws(FileError) {
    for (name, info) in tensors.sorted(by: { $0.key < $1.key })
    where !names.contains(name) && name != HuggingFaceNames.classifier && !HuggingFaceNames.isMask(name) {
      throw mismatch(
        found: "tensor \(info.name.onOneShortLine)", expected: "no such tensor in this GPT-2")
    }
  }

  func mismatch(found: String, expected: String) -> FileError {
    Self.mismatch(files, found: found, expected: expected)
  }

  private static func mismatch(_ files: SafeTensorsSet, found: String, expected: String) -> FileError {
    FileError(
      files.path,
      .mismatch(found: found, expected: expected, advice: "save the model again, or take another"))
  }

  private static func bareName(of info: SafeTensorInfo) -> String {
    let prefix = HuggingFaceNames.prefix
    return info.name.hasPrefix(prefix) ? String(info.name.dropFirst(prefix.count)) : info.name
  }
}

extension TensorPlace {
  var huggingFaceName: String { tensor.huggingFaceName(layer: layer) }
}
