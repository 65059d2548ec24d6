import BinaryFiles

/// A reference state (magic 20240327): a batch, and the logits, loss and gradients that PyTorch has for it.
public struct ReferenceState {
  static let magic: Int32 = 20_240_327

  /// B
  public let batchSize: Int
  /// T
  public let sequenceLength: Int
  /// (B, T)
  public let tokens: [Int32]
  /// (B, T)
  public let targets: [Int32]
  /// (B·T, V): the stride is V, not Vp. Valid as long as this value is held.
  package let logits: UnsafeBufferPointer<Float>
  /// In nats.
  public let loss: Float

  private let gradients: [ParameterTensor: UnsafeBufferPointer<Float>]
  /// Owns the memory behind the views.
  private let file: MappedFile

  /// All layers of one tensor's gradient. In a version 1 file wte's is without padding rows, (V, C). Valid as
  /// long as this value is held.
  package func gradient(of tensor: ParameterTensor) -> UnsafeBufferPointer<Float> {
    gradients[tensor] ?? UnsafeBufferPointer(start: nil, count: 0)
  }

  /// Reads a state of version 1 or 2 that belongs to a model of `configuration`.
  ///
  /// - Throws: `FileError` for a file that is not a whole and consistent state of such a model.
  public init(contentsOf path: String, for configuration: Configuration) throws(FileError) {
    let file = try MappedFile(path: path)
    let header = try Header(of: file, magic: Self.magic, kind: "reference state")
    guard header.version == 1 || header.version == 2 else {
      throw FileError(
        path,
        .unsupportedVersion(
          found: header.version, supported: [1, 2], advice: "make it again with dev/reference"))
    }
    let batchSize = try header.field(2, named: "batch size B", in: 1...1 << 24, of: path)
    let sequenceLength = try header.field(
      3, named: "sequence length T", in: 1...configuration.maximumSequenceLength, of: path)

    let tokenCount = batchSize * sequenceLength
    let counts = ParameterTensor.allCases.map { tensor in
      let (rows, columns) = tensor.shape(in: configuration)
      let isUnpadded = header.version == 1 && tensor == .wte
      return (isUnpadded ? configuration.vocabularySize : rows) * columns * tensor.layers(in: configuration)
    }
    // Tokens, targets, logits, loss, gradients: 4 bytes each.
    let valueCount =
      CheckedCount(tokenCount) * 2 + CheckedCount(tokenCount) * configuration.vocabularySize + 1
      + counts.reduce(0, +)
    let expected = (valueCount * 4 + Header.byteCount).value
    guard expected == file.count else {
      throw FileError(path, .wrongSize(found: file.count, expected: expected ?? .max))
    }

    var body = BodyReader(file: file)
    self.file = file
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    tokens = Array(body.next(tokenCount, as: Int32.self))
    targets = Array(body.next(tokenCount, as: Int32.self))
    logits = body.next(tokenCount * configuration.vocabularySize, as: Float.self)
    loss = body.next(1, as: Float.self)[0]
    var gradients = [ParameterTensor: UnsafeBufferPointer<Float>]()
    for (tensor, count) in zip(ParameterTensor.allCases, counts) {
      gradients[tensor] = body.next(count, as: Float.self)
    }
    self.gradients = gradients
    try Self.check(tokens + targets, below: configuration.vocabularySize, path: path)
  }

  private static func check(
    _ tokens: [Int32], below vocabularySize: Int, path: String
  ) throws(FileError) {
    let valid = 0..<Int32(vocabularySize)
    guard let position = tokens.firstIndex(where: { !valid.contains($0) }) else { return }
    throw FileError(
      path,
      .tokenOutOfRange(
        token: Int(tokens[position]), position: position, vocabularySize: vocabularySize))
  }
}

/// Hands out the parts of a file's body one after the other, in place.
private struct BodyReader {
  let file: MappedFile
  private var offset = Header.byteCount

  init(file: MappedFile) { self.file = file }

  mutating func next<T: BitwiseCopyable>(_ count: Int, as type: T.Type) -> UnsafeBufferPointer<T> {
    let end = offset + count * MemoryLayout<T>.stride
    defer { offset = end }
    return UnsafeBufferPointer(
      UnsafeMutableRawBufferPointer(rebasing: file.bytes[offset..<end]).bindMemory(to: type))
  }
}
