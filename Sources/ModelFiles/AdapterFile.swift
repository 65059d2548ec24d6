import GPT2BinaryFiles
import GPT2GGUF
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// A file of low-rank adapters (magic 20240529, of llm.c's style but not of llm.c): small, and of use together with
/// the model that they were trained on.
///
/// Header: [2] r, [3] α's bits, [4] the targets' bits, [5…10] maxT, V, Vp, L, NH, C, [11, 12] the low and the high
/// half of the model's checksum, [13] ggml's number of the format that the model's weights are rounded to before, 0 for none.
/// Then float32 values in the order of `AdapterLayout`.
package struct AdapterFile {
  static let magic: Int32 = 20_240_529
  static let version: Int32 = 1

  package let adapters: LowRankAdapters
  /// `Checksum` of the parameters that the adapters belong to.
  package let checksum: UInt64
  /// What the weights in the model's file were rounded to when the adapters were trained over them; `nil` if they stayed
  /// as they are.
  package let rounding: WeightFormat?
  /// Where it was read from.
  let path: String

  /// Whether a file begins as one of adapters does.
  ///
  /// - Throws: `FileError` if it cannot be read.
  static func mayBe(_ path: String) throws(FileError) -> Bool {
    let file = try MappedFile(path: path)
    return file.count >= Header.byteCount && file.load(Int32.self, at: 0) == magic
  }

  /// Reads adapters together with what they say of their model.
  ///
  /// - Throws: `FileError` for a file that is not whole and consistent; `AllocationError` if there is no memory.
  package static func read(_ path: String) throws -> AdapterFile {
    let file = try MappedFile(path: path)
    let header = try Header(of: file, magic: magic, kind: "low-rank adapters")
    guard header.version == version else {
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [version], advice: "it is newer than this program, or damaged"))
    }
    let layout = try layout(in: header, of: path)
    let expected = (layout.checkedCount * MemoryLayout<Float>.stride + Header.byteCount).value
    guard file.count == expected else {
      throw FileError(path, .wrongSize(found: file.count, expected: expected ?? .max))
    }
    let adapters = try LowRankAdapters(zeroed: layout)
    UnsafeMutableRawBufferPointer(adapters.values)
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: file.bytes[Header.byteCount...]))
    let halves = [11, 12].map { UInt64(UInt32(bitPattern: header.fields[$0])) }
    return AdapterFile(
      adapters: adapters, checksum: halves[0] | halves[1] << 32, rounding: try rounding(in: header, of: path),
      path: path)
  }

  /// Reads adapters that were trained on just these parameters.
  ///
  /// - Throws: `FileError` also if the parameters are of another configuration or have other values.
  package static func read(
    _ path: String, for parameters: Parameters, on workers: Workers
  ) throws -> LowRankAdapters {
    let file = try read(path)
    try file.check(parameters, on: workers)
    return file.adapters
  }

  /// Checks that the adapters were trained on just these parameters.
  ///
  /// - Throws: `FileError` if the parameters are of another configuration or have other values.
  package func check(_ parameters: Parameters, on workers: Workers) throws(FileError) {
    try check(parameters.configuration) { Checksum.of(parameters.values, on: workers) }
  }

  /// Checks that the adapters were trained on just these weights.
  ///
  /// - Throws: As for parameters.
  package func check(_ stored: StoredWeights, on workers: Workers) throws(FileError) {
    try check(stored.weights.configuration) { stored.checksum(on: workers) }
  }

  private func check(_ ours: Configuration, withChecksum ourChecksum: () -> UInt64) throws(FileError) {
    precondition(ours.variant == .gpt2, "adapters are trained on GPT-2 alone")
    let theirs = adapters.layout.configuration
    for (mine, other) in zip(Self.fields(of: ours), Self.fields(of: theirs)) where mine.value != other.value {
      throw FileError(
        path,
        .mismatch(
          found: "adapters for a model with \(other.name) = \(other.value)", expected: "\(mine.value)",
          advice: "use the model that they were trained on"))
    }
    guard ourChecksum() == checksum else {
      throw FileError(
        path,
        .mismatch(
          found: "adapters for a model of other weights", expected: "adapters for this one's",
          advice: "use the model that they were trained on"))
    }
  }

  /// Writes adapters, whole or not at all.
  ///
  /// - Parameters:
  ///   - model: That they belong to, as it is now.
  ///   - folder: That `path` is in, if it is held.
  ///   - replacing: Whether a file at `path` may be replaced.
  /// - Returns: The file's checksum.
  /// - Throws: `FileError` if the target exists and may not be replaced, a value is not finite, or the system refuses a
  ///   step.
  @discardableResult
  package static func write(
    _ adapters: LowRankAdapters, for model: Model, to path: String, in folder: HeldFolder? = nil,
    replacing: Bool
  ) throws(FileError) -> FileChecksum {
    let layout = adapters.layout
    precondition(model.configuration == layout.configuration, "adapters for another model")
    let values = adapters.values
    if let first = values.baseAddress,
      let position = WeightFormat.fp32.firstUnstorable(first, count: values.count)
    {
      let weight = UnstorableWeight(
        value: values[position], tensor: "the adapters", position: position, format: .fp32)
      throw FileError(path, weight.cause)
    }
    var header = Header(magic: magic, version: version)
    header[2] = layout.rank
    header[3] = Int(Int32(bitPattern: layout.alpha.bitPattern))
    header[4] = Int(layout.targets.bits)
    for (index, field) in fields(of: layout.configuration).enumerated() { header[5 + index] = field.value }
    let checksum = model.checksum
    header[11] = Int(Int32(truncatingIfNeeded: checksum))
    header[12] = Int(Int32(truncatingIfNeeded: checksum >> 32))
    header[13] = model.stored?.rounding.map { Int(TensorType($0).rawValue) } ?? 0
    return try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(header)
      try writer.append(UnsafeRawBufferPointer(adapters.values))
    }
  }

  /// The configuration's fields in the order of the header.
  private static func fields(of configuration: Configuration) -> [(name: String, value: Int)] {
    [
      ("maximum sequence length", configuration.maximumSequenceLength),
      ("vocabulary size", configuration.vocabularySize),
      ("padded vocabulary size", configuration.paddedVocabularySize),
      ("layers", configuration.layers), ("heads", configuration.heads), ("channels", configuration.channels),
    ]
  }

  /// fp32, whose number is 0, is what weights are without.
  private static func rounding(in header: Header, of path: String) throws(FileError) -> WeightFormat? {
    guard header[13] != 0 else { return nil }
    let format = UInt32(exactly: header[13]).flatMap { TensorType(rawValue: $0)?.format }
    guard let format, format.isEncodable else {
      let numbers = WeightFormat.encodable.map { "\(TensorType($0).rawValue)" }.joined(separator: ", ")
      throw FileError(
        path, .invalidField(name: "rounding", found: header[13], expected: "one of \(numbers)"))
    }
    return format
  }

  /// What the header declares, each field known to be in its range.
  private static func layout(in header: Header, of path: String) throws(FileError) -> AdapterLayout {
    let configuration: Configuration
    do throws(ConfigurationError) {
      configuration = try Configuration(
        maximumSequenceLength: header[5], vocabularySize: header[6], paddedVocabularySize: header[7],
        layers: header[8], heads: header[9], channels: header[10])
    } catch {
      throw FileError(path, .invalidField(name: error.field, found: error.found, expected: error.expected))
    }
    let bits = try header.field(4, named: "targets", in: 1...Int(UInt16.max), of: path)
    let alpha = Float(bitPattern: UInt32(bitPattern: header.fields[3]))
    do throws(AdapterError) {
      return try AdapterLayout(
        configuration, rank: header[2], alpha: alpha,
        targets: TensorSet(bits: UInt16(truncatingIfNeeded: bits)))
    } catch {
      throw FileError(path, cause(of: error))
    }
  }

  private static func cause(of error: AdapterError) -> FileError.Cause {
    switch error {
    case .rankOutOfRange(let found, let largest):
      .invalidField(name: "rank", found: found, expected: "a value from 1 to the \(largest) channels")
    case .alphaOutOfRange(let found):
      .mismatch(
        found: "alpha \(found)", expected: "a positive, finite number",
        advice: "the header is damaged or of another program")
    case .impossibleTargets(let found):
      .invalidField(
        name: "targets", found: Int(found.bits),
        expected: "some of the bits \(AdapterLayout.possibleTargets.bits)")
    }
  }
}
