import BinaryFiles
import GGUF
import Platform
import Transformer
import WeightFormats

/// GPT-2 in a GGUF file: checks that it is whole and consistent, and finds its tensors.
struct GGUFModel {
  let file: GGUFFile
  private let tensors: [String: TensorInfo]

  init(_ file: GGUFFile) {
    self.file = file
    tensors = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
  }

  /// The model's weights where they lie in the file.
  ///
  /// - Throws: `FileError` if it is another kind of model, or a key or tensor is missing, too much, or not what the
  ///   others need.
  func weights() throws(FileError) -> Weights {
    let configuration = try self.configuration()
    var matrices: [TensorPlace: EncodedMatrix] = [:]
    for place in TensorPlace.all(in: configuration) { matrices[place] = try matrix(place, configuration) }
    try checkClassifier()
    try checkNoOthers(than: Set(matrices.keys.map(\.ggufName)))
    let mixture = file[GGUFKey.fileType]?.integer
    return Weights(configuration, storage: [file], mixture: mixture) { tensor, layer in
      guard let matrix = matrices[TensorPlace(tensor: tensor, layer: layer)] else {
        preconditionFailure("all places were filled")
      }
      return matrix
    }
  }

  /// One tensor, whose shape must be what the configuration says.
  private func matrix(
    _ place: TensorPlace, _ configuration: Configuration
  ) throws(FileError) -> EncodedMatrix {
    let info = try tensor(named: place.ggufName)
    let expected = TensorInfo(
      name: info.name, dimensions: place.tensor.ggufDimensions(in: configuration), type: info.type)
    guard info == expected else {
      throw mismatch(
        found: "tensor \(info.name) of shape \(info.shape)", expected: expected.shape,
        advice: Self.anotherTool)
    }
    guard let start = file.bytes(ofTensor: info.name)?.baseAddress else {
      preconditionFailure("\(info.name) has at least one value")
    }
    let columns = info.dimensions[0]
    let rows = info.dimensions.dropFirst().first ?? 1
    return EncodedMatrix(info.type.format, start, rows: rows, columns: columns)
  }

  /// Some files hold the token table once more, as the classifier that it also is.
  private func checkClassifier() throws(FileError) {
    guard let output = tensors[Self.classifier] else { return }
    let table = try tensor(named: ParameterTensor.wte.ggufName(layer: 0))
    let isSame =
      output.dimensions == table.dimensions && output.type == table.type
      && haveSameBytes(output.name, table.name)
    guard isSame else {
      throw mismatch(
        found: "\(output.name) \(output.description) that differs from \(table.name) \(table.description)",
        expected: "GPT-2, whose classifier is its token table",
        advice: "take a file without \(output.name), or with both in one type")
    }
  }

  private func haveSameBytes(_ name: String, _ other: String) -> Bool {
    guard let a = file.bytes(ofTensor: name), let b = file.bytes(ofTensor: other),
      let start = a.baseAddress, let otherStart = b.baseAddress, a.count == b.count
    else { return false }
    return memcmp(start, otherStart, a.count) == 0
  }

  private func checkNoOthers(than names: Set<String>) throws(FileError) {
    for info in file.tensors where !names.contains(info.name) && info.name != Self.classifier {
      throw mismatch(
        found: "tensor \(info.name.onOneShortLine)", expected: "no such tensor in this GPT-2",
        advice: Self.anotherTool)
    }
  }

  func tensor(named name: String) throws(FileError) -> TensorInfo {
    guard let info = tensors[name] else {
      throw mismatch(found: "no tensor \(name)", expected: "all tensors of a GPT-2", advice: Self.anotherTool)
    }
    return info
  }

  func mismatch(found: String, expected: String, advice: String) -> FileError {
    FileError(file.path, .mismatch(found: found, expected: expected, advice: advice))
  }

  static let anotherTool = "convert the model again, or take another file"
  private static let classifier = "output.weight"
}

extension TensorPlace {
  fileprivate var ggufName: String { tensor.ggufName(layer: layer) }
}
