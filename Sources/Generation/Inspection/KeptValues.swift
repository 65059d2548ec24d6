import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer

/// What is kept of a pass over one sequence, as it comes by.
final class KeptValues {
  private let configuration: Configuration
  /// The positions whose states are kept, in order.
  let positions: [Int]
  /// (L + 1, positions, C)
  private let states: FloatBuffer
  /// (T, C), the residual stream behind the last block: always kept, as all that the model says comes of it.
  private let final: FloatBuffer
  /// A layer's queries and keys, (T, 2C).
  private let queriesAndKeys: [Int: FloatBuffer]
  /// A layer's neurons, (T, H).
  private let activations: [Int: FloatBuffer]
  private let tokens: Int

  /// - Parameter parts: Of which all are in the model and the text.
  /// - Throws: `AllocationError`.
  init(
    _ parts: InspectionParts, tokens: Int, of configuration: Configuration
  ) throws(AllocationError) {
    self.tokens = tokens
    self.configuration = configuration
    positions = parts.states.sorted()
    let (C, H) = (configuration.channels, configuration.hiddenChannels)
    let count = CheckedCount(configuration.layers + 1) * positions.count * C
    states = try FloatBuffer(zeroed: count.value ?? .max)
    final = try FloatBuffer(zeroed: tokens * C)
    queriesAndKeys = try Self.buffers(parts.attention, of: 2 * tokens * C)
    activations = try Self.buffers(parts.neurons, of: tokens * H)
  }

  private static func buffers(
    _ layers: Set<Int>, of count: Int
  ) throws(AllocationError) -> [Int: FloatBuffer] {
    var buffers: [Int: FloatBuffer] = [:]
    for layer in layers { buffers[layer] = try FloatBuffer(zeroed: count) }
    return buffers
  }

  /// For `InferencePass.observer`.
  func keep(_ stage: PassStage, _ values: Matrix) {
    switch stage {
    case .embedded: keepStates(values, afterBlocks: 0)
    case .block(let layer):
      keepStates(values, afterBlocks: layer + 1)
      if layer == configuration.layers - 1 { Self.copy(values, to: finalStates) }
    case .projected(let layer):
      if let target = queriesAndKeys(of: layer) {
        Self.copy(values.columns(0..<target.columns), to: target)
      }
    case .activated(let layer):
      if let target = activations(of: layer) { Self.copy(values, to: target) }
    }
  }

  /// (positions, C)
  func states(afterBlocks blocks: Int) -> Matrix? {
    guard let start = states.values.baseAddress else { return nil }
    let C = configuration.channels
    return Matrix(start + blocks * positions.count * C, rows: positions.count, columns: C)
  }

  /// (T, C)
  var finalStates: Matrix {
    guard let start = final.values.baseAddress else { preconditionFailure("a text has a token") }
    return Matrix(start, rows: tokens, columns: configuration.channels)
  }

  /// (T, 2C)
  func queriesAndKeys(of layer: Int) -> Matrix? {
    queriesAndKeys[layer]?.values.baseAddress.map {
      Matrix($0, rows: tokens, columns: 2 * configuration.channels)
    }
  }

  /// (T, H)
  func activations(of layer: Int) -> Matrix? {
    activations[layer]?.values.baseAddress.map {
      Matrix($0, rows: tokens, columns: configuration.hiddenChannels)
    }
  }

  private func keepStates(_ residual: Matrix, afterBlocks blocks: Int) {
    guard let target = states(afterBlocks: blocks) else { return }
    for (row, position) in positions.enumerated() {
      Self.copy(residual.rows(position..<position + 1), to: target.rows(row..<row + 1))
    }
  }

  private static func copy(_ source: Matrix, to target: Matrix) {
    for row in 0..<source.rows {
      (target.base + row * target.stride).update(
        from: source.base + row * source.stride, count: source.columns)
    }
  }
}
