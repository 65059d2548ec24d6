import GPT2Kernels

/// The memory of a forward pass, and of the backward pass where one follows: one allocation, made when the
/// batch shape is known.
package final class Activations {
  package let configuration: Configuration
  /// Whether a backward pass can follow: every layer's activations are kept, and there is gradient scratch.
  package let keepsForBackward: Bool
  /// What the backward pass computes again, so that it need not be kept.
  package let recomputing: Recomputation
  /// B and T of the current batch.
  package private(set) var batchSize: Int
  package private(set) var sequenceLength: Int
  /// What the last forward pass took its rows for, and so what a backward pass takes them for.
  private(set) var sequences: Sequences

  private let capacity: Int
  private let buffer: FloatBuffer
  private let layout: ActivationLayout

  /// - Parameters:
  ///   - batchSize: B, at most which a pass may have.
  ///   - sequenceLength: T; only B · T counts for the memory.
  ///   - keepingForBackward: Whether `Model.backward` will be called.
  ///   - recomputing: What it is to compute again rather than find kept.
  /// - Throws: `AllocationError` if the memory is not to be had.
  package init(
    _ configuration: Configuration, batchSize: Int, sequenceLength: Int, keepingForBackward: Bool,
    recomputing: Recomputation = .nothing
  ) throws(AllocationError) {
    guard
      let layout = ActivationLayout(
        configuration, batchSize: batchSize, sequenceLength: sequenceLength,
        keepingForBackward: keepingForBackward, recomputing: recomputing)
    else { throw AllocationError(values: .max) }
    self.configuration = configuration
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    sequences = Sequences(batchSize: batchSize, sequenceLength: sequenceLength)
    self.recomputing = recomputing
    self.layout = layout
    keepsForBackward = keepingForBackward
    capacity = batchSize * sequenceLength
    buffer = try FloatBuffer(zeroed: layout.count)
  }

  /// How many values such activations take: `kept` from one part of a pass for another, and `scratch` that is
  /// used over and over; `nil` if the count overflows.
  package static func valueCounts(
    _ configuration: Configuration, batchSize: Int, sequenceLength: Int, keepingForBackward: Bool,
    recomputing: Recomputation = .nothing
  ) -> (kept: Int, scratch: Int)? {
    ActivationLayout(
      configuration, batchSize: batchSize, sequenceLength: sequenceLength,
      keepingForBackward: keepingForBackward, recomputing: recomputing
    ).map { ($0.keptCount, $0.scratchCount) }
  }

  /// How many values these take.
  package var valueCount: Int { buffer.values.count }

  /// Gives the memory to another batch shape of at most the same number of tokens.
  package func reshape(batchSize: Int, sequenceLength: Int) {
    precondition(batchSize * sequenceLength <= capacity, "the activations were made for fewer tokens")
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    sequences = Sequences(batchSize: batchSize, sequenceLength: sequenceLength)
  }

  /// Says how the rows of the current batch are cut into sequences.
  ///
  /// - Parameter sequences: Of the same B and T; `nil` if each row is one.
  func take(_ sequences: Sequences?) {
    let sequences = sequences ?? Sequences(batchSize: batchSize, sequenceLength: sequenceLength)
    precondition(
      sequences.batchSize == batchSize && sequences.rowLength == sequenceLength, "sequences of another batch")
    self.sequences = sequences
  }

  /// B · T of the current batch.
  package var tokens: Int { batchSize * sequenceLength }

  /// One layer's tensor, for the current batch shape.
  subscript(tensor: ActivationTensor, layer: Int = 0) -> Matrix {
    // Where not all are kept a layer's memory serves the next layer again, the residual stream's by turns.
    let copy = layer % copies(of: tensor)
    let (capacityRows, capacityColumns) = tensor.shape(in: configuration, tokens: capacity)
    let (rows, columns) = tensor.shape(in: configuration, tokens: tokens)
    let base = start + layout.offsets[tensor.rawValue] + copy * capacityRows * capacityColumns
    if tensor == .logSumExp {
      return Matrix(base, rows: batchSize * configuration.heads, columns: sequenceLength)
    }
    return Matrix(base, rows: rows, columns: columns)
  }

  /// Whether the forward pass leaves this tensor behind for every layer; if not, a layer's is overwritten by
  /// the next layer's, and the backward pass computes it again.
  func keeps(_ tensor: ActivationTensor) -> Bool { copies(of: tensor) >= configuration.layers }

  private func copies(of tensor: ActivationTensor) -> Int {
    tensor.copies(in: configuration, keepingForBackward: keepsForBackward, recomputing: recomputing)
  }

  /// (rows, Vp): a band of logits, which become their own gradient in place.
  func logits(rows: Int) -> Matrix {
    precondition(rows <= bandRows, "more logits than a band holds")
    return Matrix(start + layout.keptCount, rows: rows, columns: configuration.paddedVocabularySize)
  }

  private var bandRows: Int { ActivationLayout.logitRows(configuration, tokens: capacity) }

  /// (1, B·T): the loss of each position.
  var losses: UnsafeMutableBufferPointer<Float> {
    let logitCount = bandRows * configuration.paddedVocabularySize
    return UnsafeMutableBufferPointer(start: start + layout.keptCount + logitCount, count: tokens)
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
