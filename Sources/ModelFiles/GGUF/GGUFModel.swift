import GPT2BinaryFiles
import GPT2GGUF
import GPT2Transformer
import GPT2WeightFormats

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
    for place in TensorPlace.all(in: configuration) {
      matrices[place] = try matrix(named: place.ggufName, place.tensor, configuration)
    }
    let classifier = try classifier(
      configuration, matrices[TensorPlace(tensor: .wte, layer: 0)])
    try checkNoOthers(than: Set(matrices.keys.map(\.ggufName)))
    let mixture = file[GGUFKey.fileType]?.integer
    return Weights(configuration, storage: [file.file], classifier: classifier, mixture: mixture) {
      tensor, layer in
      guard let matrix = matrices[TensorPlace(tensor: tensor, layer: layer)] else {
        preconditionFailure("all places were filled")
      }
      return matrix
    }
  }

  /// One tensor, whose shape must be what the configuration says.
  private func matrix(
    named name: String, _ tensor: ParameterTensor, _ configuration: Configuration
  ) throws(FileError) -> EncodedMatrix {
    let info = try self.tensor(named: name)
    let expected = TensorInfo(
      name: info.name, dimensions: tensor.ggufDimensions(in: configuration), type: info.type)
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

  /// A head of its own; some files hold the token table once more instead, as the classifier that it also is.
  private func classifier(_ configuration: Configuration, _ table: EncodedMatrix?) throws(FileError)
    -> EncodedMatrix?
  {
    guard tensors[GGUFName.classifier] != nil, let table else { return nil }
    let output = try matrix(named: GGUFName.classifier, .wte, configuration)
    return output.hasSameValues(as: table) ? nil : output
  }

  private func checkNoOthers(than names: Set<String>) throws(FileError) {
    for info in file.tensors where !names.contains(info.name) && info.name != GGUFName.classifier {
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
}

extension TensorPlace {
  fileprivate var ggufName: String { tensor.ggufName(layer: layer) }
}

extension EncodedMatrix {
  /// In whatever formats.
  fileprivate func hasSameValues(as other: EncodedMatrix) -> Bool {
    guard rows == other.rows, columns == other.columns else { return false }
    if format == other.format {
      return UnsafeRawBufferPointer(start: base, count: byteCount)
        .elementsEqual(UnsafeRawBufferPointer(start: other.base, count: other.byteCount))
    }
    let values = UnsafeMutablePointer<Float>.allocate(capacity: 2 * columns)
    defer { values.deallocate() }
    return (0..<rows).allSatisfy { row in
      decode(row: row, into: values)
      other.decode(row: row, into: values + columns)
      return (0..<columns).allSatisfy { values[$0] == values[columns + $0] }
    }
  }
}
