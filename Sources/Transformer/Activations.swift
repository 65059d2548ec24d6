import Kernels

/// The memory of a forward pass, and of the backward pass where one follows: one allocation, made when the
/// batch shape is known.
public final class Activations {
  public let configuration: Configuration
  /// Whether a backward pass can follow: every layer's activations are kept, and there is gradient scratch.
  public let keepsForBackward: Bool
  /// B and T of the current batch.
  public private(set) var batchSize: Int
  public private(set) var sequenceLength: Int

  private let capacity: Int
  private let buffer: FloatBuffer
  private let offsets: [Int]
  private let scratchOffset: Int

  /// - Parameters:
  ///   - batchSize: B, at most which a pass may have.
  ///   - sequenceLength: T; only B · T counts for the memory.
  ///   - keepingForBackward: Whether `Model.backward` will be called.
  /// - Throws: `AllocationError` if the memory is not to be had.
  public init(
    _ configuration: Configuration, batchSize: Int, sequenceLength: Int, keepingForBackward: Bool
  ) throws(AllocationError) {
    self.configuration = configuration
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    keepsForBackward = keepingForBackward
    capacity = batchSize * sequenceLength

    let layout = Self.layout(configuration, tokens: capacity, keepingForBackward: keepingForBackward)
    offsets = layout.offsets
    scratchOffset = layout.scratchOffset
    buffer = try FloatBuffer(zeroed: layout.count)
  }

  /// How many values such activations take.
  public static func valueCount(
    _ configuration: Configuration, batchSize: Int, sequenceLength: Int, keepingForBackward: Bool
  ) -> Int {
    layout(configuration, tokens: batchSize * sequenceLength, keepingForBackward: keepingForBackward).count
  }

  /// Gives the memory to another batch shape of at most the same number of tokens.
  public func reshape(batchSize: Int, sequenceLength: Int) {
    precondition(batchSize * sequenceLength <= capacity, "the activations were made for fewer tokens")
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
  }

  /// B · T of the current batch.
  public var tokens: Int { batchSize * sequenceLength }

  /// One layer's tensor, for the current batch shape.
  subscript(tensor: ActivationTensor, layer: Int = 0) -> Matrix {
    // Without a backward pass a layer's memory serves the next layer again, the residual stream's by turns.
    let copy =
      layer % tensor.copies(in: configuration, keepingForBackward: keepsForBackward)
    let (capacityRows, capacityColumns) = tensor.shape(in: configuration, tokens: capacity)
    let (rows, columns) = tensor.shape(in: configuration, tokens: tokens)
    let base = start + offsets[tensor.rawValue] + copy * capacityRows * capacityColumns
    if tensor == .logSumExp {
      return Matrix(base, rows: batchSize * configuration.heads, columns: sequenceLength)
    }
    return Matrix(base, rows: rows, columns: columns)
  }

  /// Rows of logits that are computed at a time: as many as fit in 64 MiB, in any case 64.
  ///
  /// (B·T, Vp) as a whole would be the largest buffer of all.
  static func logitRows(_ configuration: Configuration, tokens: Int) -> Int {
    let rows = (1 << 24) / configuration.paddedVocabularySize / 64 * 64
    return min(tokens, max(64, rows))
  }

  /// (rows, Vp): a band of logits, which become their own gradient in place.
  func logits(rows: Int) -> Matrix {
    precondition(rows <= Self.logitRows(configuration, tokens: capacity), "more logits than a band holds")
    return Matrix(start + scratchOffset, rows: rows, columns: configuration.paddedVocabularySize)
  }

  /// (1, B·T): the loss of each position.
  var losses: UnsafeMutableBufferPointer<Float> {
    let logitCount =
      Self.logitRows(configuration, tokens: capacity) * configuration.paddedVocabularySize
    return UnsafeMutableBufferPointer(start: start + scratchOffset + logitCount, count: tokens)
  }

  /// The losses of a band of positions.
  func losses(of rows: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: losses[rows])
  }

  /// Gradients of activations: one scratch that serves every layer in turn.
  var gradients: ActivationGradients {
    precondition(keepsForBackward, "these activations were made for forward passes only")
    let C = configuration.channels
    let afterLosses = losses.baseAddress.map { $0 + capacity } ?? start
    return ActivationGradients(
      residual: Matrix(afterLosses, rows: tokens, columns: C),
      branch: Matrix(afterLosses + capacity * C, rows: tokens, columns: C),
      wide: afterLosses + 2 * capacity * C)
  }

  private var start: UnsafeMutablePointer<Float> {
    guard let start = buffer.values.baseAddress else {
      preconditionFailure("activations hold at least one token")
    }
    return start
  }

  private static func layout(
    _ configuration: Configuration, tokens: Int, keepingForBackward: Bool
  ) -> (offsets: [Int], scratchOffset: Int, count: Int) {
    var offset = 0
    let offsets = ActivationTensor.allCases.map { tensor in
      let (rows, columns) = tensor.shape(in: configuration, tokens: tokens)
      let copies = tensor.copies(in: configuration, keepingForBackward: keepingForBackward)
      defer { offset += copies * rows * columns }
      return offset
    }
    let logits = logitRows(configuration, tokens: tokens) * configuration.paddedVocabularySize
    // residual C, branch C, wide 4C.
    let gradients = keepingForBackward ? 6 * tokens * configuration.channels : 0
    return (offsets, offset, offset + logits + tokens + gradients)
  }
}

/// The gradient scratch: what flows down the residual stream, one branch beside it, and one wide buffer.
struct ActivationGradients {
  let residual: Matrix  // (B·T, C)
  let branch: Matrix  // (B·T, C)
  let wide: UnsafeMutablePointer<Float>  // B·T · 4C values

  /// (B·T, 4C): the gradient of the feed-forward hidden layer.
  var hidden: Matrix { Matrix(wide, rows: residual.rows, columns: 4 * residual.columns) }

  /// (B·T, 3C): the gradient of queries, keys and values; shares memory with `hidden`.
  var qkv: Matrix { Matrix(wide, rows: residual.rows, columns: 3 * residual.columns) }

  /// (B·T, C): the gradient of what attention puts out; behind `qkv` in the same memory.
  var attention: Matrix {
    Matrix(wide + 3 * residual.count, rows: residual.rows, columns: residual.columns)
  }
}
