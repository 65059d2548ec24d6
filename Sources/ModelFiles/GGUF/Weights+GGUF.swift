import GPT2BinaryFiles
import GPT2GGUF
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

extension Weights {
  /// Writes a GGUF file as llama.cpp's convert_hf_to_gguf.py does for GPT-2, whole or not at all.
  ///
  /// The matrices that are multiplied by, the token table among them, get the format; vectors and the positions
  /// are F32, as llama-quantize leaves them. (With Q4_0 that program makes Q6_K of GPT-2's token table; here it is
  /// Q4_0 too.) The token table is written without padding rows. With no format named every matrix keeps its own, byte
  /// for byte; from a GGUF file so do the others.
  ///
  /// - Parameters:
  ///   - tokenizer: Its part of the metadata, keys "tokenizer.…", of as many tokens as the model has.
  ///   - replacing: Whether a file at `path` may be replaced.
  /// - Throws: `FileError` if the model differs from GPT-2 in what llama.cpp has no key for, if weights cannot be rounded
  ///   to the format, if rows are no whole blocks of it, if a weight is beyond its range, or if the file exists and may
  ///   not be replaced or cannot be written.
  package func writeGGUF(
    to path: String, format: WeightFormat? = nil, tokenizer: [MetadataEntry] = [], replacing: Bool
  ) throws(FileError) {
    try checkStorable(path, in: "a GGUF file of GPT-2", knowing: Self.isKnownToGGUF)
    let places = TensorPlace.all(in: configuration)
    var tensors = places.map { place in
      TensorInfo(
        name: place.tensor.ggufName(layer: place.layer),
        dimensions: place.tensor.ggufDimensions(in: configuration),
        type: TensorType(ggufFormat(of: place, format)))
    }
    if let ownClassifier {
      let dimensions = ParameterTensor.wte.ggufDimensions(in: configuration)
      tensors.append(
        TensorInfo(
          name: GGUFName.classifier, dimensions: dimensions, type: TensorType(format ?? ownClassifier.format))
      )
    }
    if let format, let info = tensors.first(where: { $0.byteCount == nil }) {
      throw FileError(
        path,
        .mismatch(
          found: "\(info.name) with rows of \(info.dimensions[0]) weights",
          expected: "multiples of \(format.blockValues) for \(format.rawValue)",
          advice: "choose fp32, fp16 or bf16"))
    }
    try GGUFWriter.write(
      to: path, replacing: replacing, metadata: metadata(format) + tokenizer, tensors: tensors
    ) { index, append throws(FileError) in
      if index + 1 == tensors.count { try checkFiles() }
      guard index < places.count else {
        return try Transcoding(path: path, format: tensors[index].type.format)
          .append(classifier, named: tensors[index].name, to: append)
      }
      let tensor = places[index].tensor
      let stored = self[tensor, places[index].layer]
      let rows = tensor == .wte ? configuration.vocabularySize : stored.rows
      try Transcoding(path: path, format: tensors[index].type.format)
        .append(stored.rows(0..<rows), named: tensors[index].name, to: append)
    }
  }

  /// llama.cpp's GPT-2 has these of the differences that there may be.
  private static func isKnownToGGUF(_ difference: String) -> Bool {
    ["n_inner", "layer_norm_epsilon", "a head"].contains { difference.hasPrefix($0) }
  }

  private func ggufFormat(of place: TensorPlace, _ format: WeightFormat?) -> WeightFormat {
    let stored = self[place.tensor, place.layer].format
    if place.tensor.isMultiplied { return format ?? stored }
    return format == nil && mixture != nil ? stored : .fp32
  }

  private func metadata(_ format: WeightFormat?) -> [MetadataEntry] {
    func number(_ key: String, _ value: Int) -> MetadataEntry { MetadataEntry(key, .uint32(UInt32(value))) }
    let kept = format == nil ? mixture.flatMap(UInt32.init(exactly:)) : nil
    let fileType = kept ?? (format ?? formats[0]).type.ggmlFileType
    let entries: [MetadataEntry?] = [
      MetadataEntry(GGUFKey.architecture, .string("gpt2")),
      MetadataEntry("general.type", .string("model")),
      number(GGUFKey.layers, configuration.layers),
      number(GGUFKey.positions, configuration.maximumSequenceLength),
      number(GGUFKey.channels, configuration.channels),
      number(GGUFKey.hiddenChannels, configuration.hiddenChannels),
      number(GGUFKey.heads, configuration.heads),
      MetadataEntry(GGUFKey.epsilon, .float32(configuration.variant.layerNormEpsilon)),
      fileType.map { MetadataEntry(GGUFKey.fileType, .uint32($0)) },
      // Of ggml's block formats: GGML_QNT_VERSION.
      MetadataEntry("general.quantization_version", .uint32(2)),
    ]
    return entries.compactMap { $0 }
  }
}
