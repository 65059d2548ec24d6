/// What an operation has to do at least: multiply-adds counted as two operations, and each tensor that it reads
/// or writes moved once. What it computes again or moves again is its own affair and counts as no work.
package struct Work: Equatable, Sendable {
  package var operations: Double
  package var bytesRead: Double
  package var bytesWritten: Double

  package init(operations: Double = 0, bytesRead: Double = 0, bytesWritten: Double = 0) {
    self.operations = operations
    self.bytesRead = bytesRead
    self.bytesWritten = bytesWritten
  }

  /// - Parameters: Numbers of float32 values.
  init(operations: Int = 0, reads: Int, writes: Int) {
    self.init(operations: Double(operations), bytesRead: 4 * Double(reads), bytesWritten: 4 * Double(writes))
  }

  package var bytes: Double { bytesRead + bytesWritten }
}

extension Work {
  /// y = x·Wᵀ + b (+ residual), R rows of I inputs and O outputs: 2·R·I·O operations. Activated, y is written
  /// twice, as it is and with GELU, whose own arithmetic is not counted.
  static func linear(
    rows R: Int, inputs I: Int, outputs O: Int, hasBias: Bool = true, hasResidual: Bool = false,
    isActivated: Bool = false
  ) -> Work {
    Work(
      operations: 2 * R * I * O,
      reads: R * I + I * O + (hasBias ? O : 0) + (hasResidual ? R * O : 0),
      writes: R * O * (isActivated ? 2 : 1))
  }

  /// dx = dy·W, dW = dyᵀ·x, db: 4·R·I·O operations. Of an input that was activated, GELU's input is read too.
  static func linearBackward(
    rows R: Int, inputs I: Int, outputs O: Int, hasBias: Bool = true, isInputActivated: Bool = false
  ) -> Work {
    Work(
      operations: 4 * R * I * O,
      reads: R * O + R * I * (isInputActivated ? 2 : 1) + I * O,
      writes: R * I + I * O + (hasBias ? O : 0))
  }

  /// dW = dyᵀ·x and db alone: 2·R·I·O operations.
  static func linearWeightGradient(rows R: Int, inputs I: Int, outputs O: Int, hasBias: Bool = true) -> Work {
    Work(operations: 2 * R * I * O, reads: R * O + R * I, writes: I * O + (hasBias ? O : 0))
  }

  /// Q·Kᵀ and P·V, half of each masked: 2·T·T·C operations for each of B sequences. Writes the output and L of
  /// each head's rows; q, k and v are taken to be in the caches, since the layer before has just written them.
  static func attention(batchSize B: Int, sequenceLength T: Int, channels C: Int, heads: Int) -> Work {
    Work(operations: 2 * B * T * T * C, reads: 0, writes: B * T * C + B * heads * T)
  }

  /// dV, dP, dQ and dK: four such products. The scores, which are computed a second time, are not counted.
  static func attentionBackward(batchSize B: Int, sequenceLength T: Int, channels C: Int, heads: Int) -> Work
  {
    Work(
      operations: 4 * B * T * T * C, reads: 5 * B * T * C + B * heads * T, writes: 3 * B * T * C)
  }

  /// Reads x, w, b; writes y, means and rstd.
  static func layerNorm(rows R: Int, channels C: Int) -> Work {
    Work(reads: R * C + 2 * C, writes: R * C + 2 * R)
  }

  /// Reads dy, x, w, dx and two numbers a row; writes dx, dw, db.
  static func layerNormBackward(rows R: Int, channels C: Int) -> Work {
    Work(reads: 3 * R * C + C + 2 * R, writes: R * C + 2 * C)
  }

  /// Reads a row of each table, writes their sum.
  static func embedding(rows R: Int, channels C: Int) -> Work {
    Work(reads: 2 * R * C, writes: R * C)
  }

  /// Writes the position table's gradient as zeros, then for each row reads dy and adds it to both tables.
  static func embeddingBackward(rows R: Int, channels C: Int, positions: Int) -> Work {
    Work(reads: 3 * R * C, writes: 2 * R * C + positions * C)
  }

  /// Reads the logits and writes their gradient.
  static func crossEntropy(rows R: Int, vocabularySize V: Int, paddedVocabularySize Vp: Int) -> Work {
    Work(reads: R * V, writes: R * Vp + R)
  }

  /// Reads the gradients.
  static func gradientNorm(parameters: Int) -> Work { Work(reads: parameters, writes: 0) }

  /// Reads parameters, gradients and both moments; writes all but the gradients: 28 bytes a parameter.
  static func adamW(parameters: Int) -> Work { Work(reads: 4 * parameters, writes: 3 * parameters) }
}
