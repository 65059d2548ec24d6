import GPT2BinaryFiles
import GPT2Transformer

/// A reference state (magic 20240327): a batch, and the logits, loss and gradients that PyTorch has for it.
package struct ReferenceState {
  static let magic: Int32 = 20_240_327

  /// B
  package let batchSize: Int
  /// T
  package let sequenceLength: Int
  /// (B, T)
  package let tokens: [Int32]
  /// (B, T)
  package let targets: [Int32]
  /// (B·T, V): the stride is V, not Vp. Valid as long as this value is held.
  package let logits: UnsafeBufferPointer<Float>
  /// In nats.
  package let loss: Float

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
  package init(contentsOf path: String, for configuration: Configuration) throws(FileError) {
    let file = try MappedFile(path: path)
    let shape = try Shape(of: file, for: configuration)
    try DeclaredMemory.check(
      CheckedCount(shape.tokens) * (3 * MemoryLayout<Int32>.stride), for: "a batch of \(shape.tokens) tokens",
      of: path)
    var body = BodyReader(file: file)
    self.file = file
    batchSize = shape.batchSize
    sequenceLength = shape.sequenceLength
    tokens = Array(body.next(shape.tokens, as: Int32.self))
    targets = Array(body.next(shape.tokens, as: Int32.self))
    logits = body.next(shape.tokens * configuration.vocabularySize, as: Float.self)
    loss = body.next(1, as: Float.self)[0]
    var gradients = [ParameterTensor: UnsafeBufferPointer<Float>]()
    for (tensor, count) in zip(ParameterTensor.allCases, shape.gradients) {
      gradients[tensor] = body.next(count, as: Float.self)
    }
    self.gradients = gradients
    let batch = tokens + targets
    if let position = configuration.firstUnknownToken(in: batch) {
      throw FileError(
        path,
        .tokenOutOfRange(
          token: Int(batch[position]), position: position, vocabularySize: configuration.vocabularySize))
    }
  }
}

/// What a state's header declares, once the file is known to have all of it.
private struct Shape {
  let batchSize: Int
  let sequenceLength: Int
  /// B · T
  let tokens: Int
  /// Values in each tensor's gradient.
  let gradients: [Int]

  init(of file: MappedFile, for configuration: Configuration) throws(FileError) {
    let header = try Header(of: file, magic: ReferenceState.magic, kind: "reference state")
    guard header.version == 1 || header.version == 2 else {
      throw FileError(
        file.path,
        .unsupportedVersion(
          found: header.version, supported: [1, 2], advice: "make it again with dev/reference"))
    }
    batchSize = try header.field(2, named: "batch size B", in: 1...1 << 24, of: file.path)
    sequenceLength = try header.field(3, named: "sequence length T", in: 1...1 << 24, of: file.path)
    guard sequenceLength <= configuration.maximumSequenceLength else {
      throw FileError(
        file.path,
        .mismatch(
          found: "sequences of \(sequenceLength) tokens",
          expected: "at most the model's \(configuration.maximumSequenceLength)",
          advice: "use the state that was made with this model"))
    }
    tokens = batchSize * sequenceLength
    let counts = ParameterTensor.allCases.map {
      $0.checkedCount(in: configuration, isPadded: header.version != 1)
    }
    // Tokens, targets, logits, loss, gradients: 4 bytes each.
    let values = counts.reduce(
      CheckedCount(tokens) * 2 + CheckedCount(tokens) * configuration.vocabularySize + 1, +)
    let expected = (values * 4 + Header.byteCount).value
    guard expected == file.count else {
      throw FileError(file.path, .wrongSize(found: file.count, expected: expected ?? .max))
    }
    gradients = counts.compactMap(\.value)
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
    return UnsafeRawBufferPointer(rebasing: file.bytes[offset..<end]).bindMemory(to: type)
  }
}
