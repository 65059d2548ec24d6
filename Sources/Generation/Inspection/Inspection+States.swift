import GPT2Kernels
import GPT2Transformer

extension Inspection {
  /// The residual stream behind so many blocks, a row of C values for each kept position, in their order.
  ///
  /// - Parameters:
  ///   - blocks: 0 for the embedding, to L.
  ///   - normalised: Whether through the last layer norm, as if those blocks were all. After L blocks that is what the
  ///     classifier is given: the last of transformers' `hidden_states`, of which the others are not normalised.
  /// - Throws: `InspectionError`, also if no position was asked for.
  public func hiddenStates(
    afterBlocks blocks: Int, normalised: Bool = false
  ) throws(InspectionError) -> [[Float]] {
    guard (0...model.configuration.layers).contains(blocks) else {
      throw .blocksOutOfRange(found: blocks, layers: model.configuration.layers)
    }
    guard let states = kept.states(afterBlocks: blocks) else { throw .notKept(part: "states of a position") }
    guard normalised else { return Self.rows(of: states) }
    return model.workers.withScratch(states.count) { memory in
      let output = Matrix(memory, rows: states.rows, columns: states.columns)
      model.normalise(states, into: output)
      return Self.rows(of: output)
    }
  }

  /// The same of one position, (C).
  public func hiddenState(
    afterBlocks blocks: Int, at position: Int, normalised: Bool = false
  ) throws(InspectionError) -> [Float] {
    let row = try keptRow(of: position)
    return try hiddenStates(afterBlocks: blocks, normalised: normalised)[row]
  }

  /// A position's place among those whose states are kept.
  func keptRow(of position: Int) throws(InspectionError) -> Int {
    try Self.check(position: position, tokens: tokens.count)
    guard let row = kept.positions.firstIndex(of: position) else {
      throw .notKept(part: "states of position \(position)")
    }
    return row
  }

  static func rows(of matrix: Matrix) -> [[Float]] { (0..<matrix.rows).map { Array(matrix[$0]) } }
}

/// How the states of a text's tokens become one vector.
public enum Pooling: String, CaseIterable, Sendable, Codable {
  /// The mean of all.
  case mean
  /// That of the last token, which alone has seen all the others.
  case last
}

extension Inspection {
  /// A vector for the whole text, (C): the states that the classifier is given, behind the last layer norm, in fp32.
  public func embedding(_ pooling: Pooling = .mean) -> [Float] {
    let all = kept.finalStates
    let states = pooling == .mean ? all : all.rows(all.rows - 1..<all.rows)
    return model.workers.withScratch(states.count) { memory in
      let output = Matrix(memory, rows: states.rows, columns: states.columns)
      model.normalise(states, into: output)
      return (0..<output.columns).map { column in
        let sum = (0..<output.rows).reduce(0.0) { $0 + Double(output[$1][column]) }
        return Float(sum / Double(output.rows))
      }
    }
  }
}
