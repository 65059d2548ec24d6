import GPT2BinaryFiles
import GPT2Kernels
import GPT2SafeTensors
import GPT2Transformer
import GPT2WeightFormats

extension Weights {
  /// Writes a safetensors file with the bytes that transformers' `GPT2LMHeadModel.save_pretrained` writes, whole or
  /// not at all.
  ///
  /// All tensors get the format, vectors too, as transformers knows one type a model. The token table is written
  /// without padding rows, and not once more as the classifier; a head of its own is written.
  ///
  /// - Parameters:
  ///   - format: fp32, fp16 or bf16.
  ///   - replacing: Whether a file at `path` may be replaced.
  ///   - body: Called when all is written but not under its name yet. If it throws, nothing is left behind.
  /// - Throws: `FileError` if the type has no such format, if a weight is beyond its range, or if the file exists and
  ///   may not be replaced or cannot be written; `AllocationError`; what `body` throws.
  package func writeSafeTensors(
    to path: String, format: WeightFormat, replacing: Bool, on workers: Workers = Workers(),
    beforeNaming body: () throws(FileError) -> Void = {}
  ) throws {
    guard let type = format.safeTensorsType else {
      throw FileError(
        path,
        .mismatch(
          found: "weights to be written as \(format.rawValue)", expected: "fp32, fp16 or bf16",
          advice: "choose another format"))
    }
    let places = TensorPlace.all(in: configuration)
    var tensors = places.map { place in
      SafeTensorInfo(
        name: HuggingFaceNames.prefix + place.huggingFaceName, type: type,
        shape: place.tensor.huggingFaceShape(in: configuration))
    }
    if ownClassifier != nil {
      let shape = ParameterTensor.wte.huggingFaceShape(in: configuration)
      tensors.append(SafeTensorInfo(name: HuggingFaceNames.classifier, type: type, shape: shape))
    }
    let scratch = try TranspositionScratch(for: self)
    let transcoding = Transcoding(path: path, format: format)
    try SafeTensorsWriter.write(
      to: path, replacing: replacing, metadata: ["format": "pt"], tensors: tensors,
      data: { index, append throws(FileError) in
        guard index < places.count else {
          return try transcoding.append(classifier, named: tensors[index].name, to: append)
        }
        let place = places[index]
        let stored = self[place.tensor, place.layer]
        let rows = place.tensor == .wte ? configuration.vocabularySize : stored.rows
        let matrix =
          place.tensor.isLinearWeight
          ? scratch.transpose(of: stored, on: workers) : stored.rows(0..<rows)
        try transcoding.append(matrix, named: tensors[index].name, to: append)
      },
      beforeNaming: { () throws(FileError) in
        try checkFiles()
        try body()
      })
  }
}

/// Room for one linear layer's transpose, and for its values where they must leave their blocks first.
private struct TranspositionScratch {
  private let values: FloatBuffer
  private let transpose: FloatBuffer

  /// - Throws: `AllocationError`.
  init(for weights: Weights) throws(AllocationError) {
    let configuration = weights.configuration
    let sizes = ParameterTensor.allCases.filter(\.isLinearWeight).map { tensor in
      let (rows, columns) = tensor.shape(in: configuration)
      return rows * columns
    }
    values = try FloatBuffer(zeroed: sizes.max() ?? 0)
    transpose = try FloatBuffer(zeroed: sizes.max() ?? 0)
  }

  /// Valid until the next call.
  func transpose(of matrix: EncodedMatrix, on workers: Workers) -> EncodedMatrix {
    guard let values = values.values.baseAddress, let target = transpose.values.baseAddress else {
      preconditionFailure("a model has linear layers")
    }
    let hasBlocks = matrix.format.blockValues > 1
    let source =
      hasBlocks ? matrix.encoded(as: .fp32, into: UnsafeMutableRawPointer(values), on: workers) : matrix
    return source.transposed(into: UnsafeMutableRawPointer(target), on: workers)
  }
}
