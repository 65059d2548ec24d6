import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// Model checkpoints in llm.c's format (magic 20240326).
package enum Checkpoint {
  static let magic: Int32 = 20_240_326

  /// The versions that are read, and what they mean.
  package enum Version: Int32, CaseIterable, Sendable {
    /// fp32, vocabulary not padded.
    case unpadded = 1
    /// fp32, vocabulary padded.
    case float32 = 3
    /// bfloat16 throughout, vocabulary padded.
    case bfloat16 = 5

    /// How every value is stored.
    var format: WeightFormat { self == .bfloat16 ? .bf16 : .fp32 }
  }

  /// How a version 3 file gets into memory; other versions are always converted into memory of their own.
  package enum Placement: Sendable {
    /// Used where it lies in the file: starts at once, shares memory between processes. For inference.
    case mapped
    /// Copied into the process. For training.
    case copied
  }

  /// Reads a checkpoint of version 1, 3 or 5.
  ///
  /// - Throws: `FileError` for a file that is not a whole and consistent checkpoint; `AllocationError` if its
  ///   parameters do not fit in memory.
  package static func read(_ path: String, placing placement: Placement = .copied) throws -> Parameters {
    let file = try MappedFile(path: path, isWritable: placement == .mapped)
    let (version, configuration) = try readHeader(of: file)
    let parameters: Parameters
    if version == .float32, placement == .mapped {
      parameters = Parameters(configuration, in: FloatBuffer(in: file, from: Header.byteCount))
    } else {
      parameters = try Parameters(zeroed: configuration)
      fill(parameters, from: file, version: version)
    }
    parameters.clearPaddingRows()
    return parameters
  }

  /// The configuration of a checkpoint's model, without its weights: what is needed to plan for them.
  ///
  /// - Throws: `FileError` as `read` does.
  package static func configuration(of path: String) throws(FileError) -> Configuration {
    try configuration(in: try MappedFile(path: path))
  }

  static func configuration(in file: MappedFile) throws(FileError) -> Configuration {
    try readHeader(of: file).1
  }

  /// The weights of a checkpoint of any version where they lie in the file, without padding rows.
  ///
  /// - Throws: `FileError` as `read` does.
  static func weights(in file: MappedFile) throws(FileError) -> Weights {
    let (version, configuration) = try readHeader(of: file)
    guard let start = file.bytes.baseAddress else { preconditionFailure("the file has a header") }
    var offset = Header.byteCount
    var bases: [ParameterTensor: UnsafeRawPointer] = [:]
    for tensor in ParameterTensor.allCases {
      bases[tensor] = start + offset
      // The size of the file says that nothing overflows.
      let count = fileCount(of: tensor, version: version, in: configuration).value ?? 0
      offset += count * version.format.blockBytes
    }
    return Weights(configuration, storage: [file]) { tensor, layer in
      guard let base = bases[tensor] else { preconditionFailure("all tensors were placed") }
      let (rows, columns) = tensor.shape(in: configuration)
      let layerBytes = rows * columns * version.format.blockBytes
      let kept = tensor == .wte ? configuration.vocabularySize : rows
      return EncodedMatrix(version.format, base + layer * layerBytes, rows: kept, columns: columns)
    }
  }

  /// Writes a checkpoint, whole or not at all.
  ///
  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - replacing: Whether a file at `path` may be replaced.
  /// - Returns: The file's checksum.
  /// - Throws: `FileError` if the target exists and may not be replaced, a parameter is not finite, or the system
  ///   refuses a step.
  @discardableResult
  package static func write(
    _ parameters: Parameters, to path: String, in folder: HeldFolder? = nil, replacing: Bool,
    version: Version = .float32
  ) throws(FileError) -> FileChecksum {
    try write(Weights(parameters), to: path, in: folder, replacing: replacing, version: version)
  }

  /// The same for weights in any format. In bfloat16 a weight beyond its range is refused, and what is no GPT-2 but
  /// a relative in any case.
  @discardableResult
  package static func write(
    _ weights: Weights, to path: String, in folder: HeldFolder? = nil, replacing: Bool, version: Version
  ) throws(FileError) -> FileChecksum {
    let configuration = weights.configuration
    try weights.checkStorable(path, in: "a checkpoint of llm.c's")
    var header = Header(magic: magic, version: version.rawValue)
    header[2] = configuration.maximumSequenceLength
    header[3] = configuration.vocabularySize
    header[4] = configuration.layers
    header[5] = configuration.heads
    header[6] = configuration.channels
    if version != .unpadded { header[7] = configuration.paddedVocabularySize }

    let transcoding = Transcoding(path: path, format: version.format)
    return try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      for tensor in ParameterTensor.allCases {
        for layer in 0..<tensor.layers(in: configuration) {
          let stored = weights[tensor, layer]
          let rows = tensor == .wte ? configuration.vocabularySize : stored.rows
          try transcoding.append(
            stored.rows(0..<rows), named: tensor.name(ofLayer: layer)
          ) { bytes throws(FileError) in try writer.append(bytes) }
        }
        if tensor == .wte, version != .unpadded { try appendPaddingRows(configuration, version, to: writer) }
      }
      try weights.checkFiles()
    }
  }

  /// The rows V..<Vp of the token table, all zero.
  private static func appendPaddingRows(
    _ configuration: Configuration, _ version: Version, to writer: FileWriter
  ) throws(FileError) {
    let row = [UInt8](repeating: 0, count: configuration.channels * version.format.blockBytes)
    for _ in configuration.vocabularySize..<configuration.paddedVocabularySize { try writer.append(row) }
  }

  /// Checks everything that can be checked before memory is spent: every field, and the file's true size.
  private static func readHeader(of file: MappedFile) throws(FileError) -> (Version, Configuration) {
    let header = try Header(of: file, magic: magic, kind: "model checkpoint")
    guard let version = Version(rawValue: header.version) else {
      let isInterim = header.version == 2 || header.version == 4
      throw FileError(
        file.path,
        .unsupportedVersion(
          found: header.version, supported: Version.allCases.map(\.rawValue),
          advice: isInterim
            ? "it is one of llm.c's short-lived interim layouts, export the model again"
            : "it is newer than this program, or damaged"))
    }
    let configuration: Configuration
    do throws(ConfigurationError) {
      configuration = try Configuration(
        maximumSequenceLength: header[2], vocabularySize: header[3],
        paddedVocabularySize: version == .unpadded ? nil : header[7],
        layers: header[4], heads: header[5], channels: header[6])
    } catch {
      throw FileError(
        file.path, .invalidField(name: error.field, found: error.found, expected: error.expected))
    }
    try check(file.count, against: configuration, version: version, path: file.path)
    return (version, configuration)
  }

  private static func check(
    _ byteCount: Int, against configuration: Configuration, version: Version, path: String
  ) throws(FileError) {
    let expected = ParameterTensor.allCases.reduce(CheckedCount(Header.byteCount)) {
      $0 + fileCount(of: $1, version: version, in: configuration) * version.format.blockBytes
    }
    guard expected.value == byteCount else {
      throw FileError(path, .wrongSize(found: byteCount, expected: expected.value ?? .max))
    }
  }

  /// How many values of a tensor are in the file: version 1 has no padding rows in wte, the first tensor.
  private static func fileCount(
    of tensor: ParameterTensor, version: Version, in configuration: Configuration
  ) -> CheckedCount {
    tensor.checkedCount(in: configuration, isPadded: version != .unpadded)
  }

  /// The part of a tensor in memory that is in the file.
  private static func fileValues(
    of tensor: ParameterTensor, in parameters: Parameters, version: Version
  ) -> UnsafeMutableBufferPointer<Float> {
    let values = parameters.values(of: tensor)
    let count = fileCount(of: tensor, version: version, in: parameters.configuration).value
    return UnsafeMutableBufferPointer(rebasing: values[..<(count ?? values.count)])
  }

  private static func fill(_ parameters: Parameters, from file: MappedFile, version: Version) {
    var offset = Header.byteCount
    for tensor in ParameterTensor.allCases {
      let target = fileValues(of: tensor, in: parameters, version: version)
      let bytes = UnsafeRawBufferPointer(
        rebasing: file.bytes[offset..<offset + target.count * version.format.blockBytes])
      if let source = bytes.baseAddress, let values = target.baseAddress {
        version.format.decode(source, count: target.count, into: values)
      }
      offset += bytes.count
    }
  }
}
