import CGPT2Kernels
import GPT2WeightFormats

/// x = E[token] + P[position]: each position's row of the token table plus that of the position table, if there is one;
/// positions count from the beginning of their sequence.
///
/// Backward, each position adds its gradient to both rows; a token's row gathers every place the token is at.
package enum Embedding {
  private static let partValues = 1 << 17
  /// The backward pass is cut into slices of channels, so that no two parts add to the same value.
  private static let sliceColumns = 64

  package static func forward(
    tokens: UnsafeBufferPointer<Int32>,  // (B·T)
    tokenTable: Matrix,  // (Vp, C)
    positionTable: Matrix?,  // (maxT, C)
    sequences: Sequences,
    into output: Matrix,  // (B·T, C)
    on workers: Workers
  ) {
    let channels = output.columns
    precondition(
      [tokenTable, positionTable].allSatisfy { $0.map { $0.columns == channels } ?? true }, "shapes disagree")
    checkTokens(tokens, sequences, output, tokenTable, positionTable)
    workers.run(over: output.rows, inRangesOf: output.rowsPerPart(ofValues: partValues)) { rows in
      sequences.forEachPosition(of: rows) { row, position in
        let source = tokenTable.base + Int(tokens[row]) * tokenTable.stride
        let target = output.base + row * output.stride
        guard let positionTable else {
          target.update(from: source, count: channels)
          return
        }
        let place = positionTable.base + position * positionTable.stride
        workers.kernels.table.add(source, place, target, channels)
      }
    }
  }

  /// The same with a token table in any format.
  ///
  /// - Precondition: Tokens are below the table's rows.
  package static func forward(
    tokens: UnsafeBufferPointer<Int32>,  // (B·T)
    tokenTable: EncodedMatrix,  // (V, C)
    positionTable: Matrix,  // (maxT, C)
    sequences: Sequences,
    into output: Matrix,  // (B·T, C)
    on workers: Workers
  ) {
    precondition(
      tokenTable.columns == output.columns && positionTable.columns == output.columns, "shapes disagree")
    precondition(tokens.allSatisfy { $0 >= 0 && $0 < tokenTable.rows }, "token outside the table")
    checkTokens(tokens, sequences, output, nil, positionTable)
    workers.run(over: output.rows, inRangesOf: output.rowsPerPart(ofValues: partValues)) { rows in
      sequences.forEachPosition(of: rows) { row, position in
        let target = output.base + row * output.stride
        tokenTable.decode(row: Int(tokens[row]), into: target)
        workers.kernels.table.add(
          target, positionTable.base + position * positionTable.stride, target, output.columns)
      }
    }
  }

  /// Adds to the token table's gradient. The position table's is added to with `accumulating`; without, it is
  /// written, as 0 where there is no such position. A table that has no gradient is passed over.
  package static func backward(
    outputGradient: Matrix,  // (B·T, C)
    tokens: UnsafeBufferPointer<Int32>,  // (B·T)
    sequences: Sequences,
    addingTo tokenTableGradient: Matrix?,  // (Vp, C)
    positionTableGradient: Matrix?,  // (maxT, C)
    accumulating: Bool,
    on workers: Workers
  ) {
    let channels = outputGradient.columns
    precondition(
      [tokenTableGradient, positionTableGradient].allSatisfy { $0.map { $0.columns == channels } ?? true },
      "shapes disagree")
    checkTokens(tokens, sequences, outputGradient, tokenTableGradient, positionTableGradient)
    func add(_ source: UnsafePointer<Float>, _ row: UnsafeMutableBufferPointer<Float>) {
      guard let target = row.baseAddress else { return }
      workers.kernels.table.add(target, source, target, row.count)
    }
    workers.run(over: channels, inRangesOf: sliceColumns) { columns in
      let gradient = outputGradient.columns(columns)
      let tokenTable = tokenTableGradient?.columns(columns)
      let positionTable = positionTableGradient?.columns(columns)
      if !accumulating, let positionTable {
        for row in 0..<positionTable.rows { positionTable[row].update(repeating: 0) }
      }
      sequences.forEachPosition(of: 0..<gradient.rows) { row, position in
        let source = gradient.base + row * gradient.stride
        if let tokenTable { add(source, tokenTable[Int(tokens[row])]) }
        if let positionTable { add(source, positionTable[position]) }
      }
    }
  }

  private static func checkTokens(
    _ tokens: UnsafeBufferPointer<Int32>, _ sequences: Sequences, _ rows: Matrix, _ tokenTable: Matrix?,
    _ positionTable: Matrix?
  ) {
    precondition(
      tokens.count == rows.rows && sequences.tokens == rows.rows
        && sequences.longest <= positionTable?.rows ?? .max,
      "shapes disagree")
    if let tokenTable {
      precondition(tokens.allSatisfy { $0 >= 0 && $0 < tokenTable.rows }, "token outside the table")
    }
  }
}
