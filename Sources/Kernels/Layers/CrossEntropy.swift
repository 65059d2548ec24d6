/// loss = −log softmax(x)ₜ = log Σ exp(xⱼ − m) + m − xₜ for target t, where m is the largest of x;
/// its gradient is softmax(x) − [j = t].
///
/// Only the first V columns are logits; the rest pad the classifier's rows to a convenient length.
public enum CrossEntropy {
  /// Writes each position's loss.
  public static func loss(
    logits: Matrix,  // (R, Vp)
    vocabularySize: Int,
    targets: UnsafeBufferPointer<Int32>,  // (R)
    into losses: UnsafeMutableBufferPointer<Float>,  // (R)
    on workers: Workers
  ) {
    checkShapes(logits, vocabularySize, targets, losses)
    workers.run(over: logits.rows, inRangesOf: logits.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let x = logits.base + row * logits.stride
        let target = x[checked(targets[row], vocabularySize)]
        let largest = Vectors.largest(x, count: vocabularySize)
        let sum = Softmax.sumOfExponentials(x, minus: largest, count: vocabularySize)
        losses[row] = ScalarMath.log(sum) + (largest - target)
      }
    }
  }

  /// Writes each position's loss and turns its logits into `scale` times their gradient, the padding into 0.
  public static func lossAndGradient(
    logits: Matrix,  // (R, Vp)
    vocabularySize: Int,
    targets: UnsafeBufferPointer<Int32>,  // (R)
    scale: Float,
    into losses: UnsafeMutableBufferPointer<Float>,  // (R)
    on workers: Workers
  ) {
    checkShapes(logits, vocabularySize, targets, losses)
    workers.run(over: logits.rows, inRangesOf: logits.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let x = logits.base + row * logits.stride
        let index = checked(targets[row], vocabularySize)
        let target = x[index]
        let largest = Vectors.largest(x, count: vocabularySize)
        let sum = Softmax.exponentiate(x, minus: largest, count: vocabularySize)
        losses[row] = ScalarMath.log(sum) + (largest - target)
        Vectors.scale(x, by: scale / sum, count: vocabularySize)
        x[index] -= scale
        (x + vocabularySize).update(repeating: 0, count: logits.columns - vocabularySize)
      }
    }
  }

  private static let partValues = 1 << 15

  private static func checkShapes(
    _ logits: Matrix, _ vocabularySize: Int, _ targets: UnsafeBufferPointer<Int32>,
    _ losses: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(vocabularySize > 0 && vocabularySize <= logits.columns, "more tokens than columns")
    precondition(targets.count == logits.rows && losses.count == logits.rows, "shapes disagree")
  }

  private static func checked(_ token: Int32, _ vocabularySize: Int) -> Int {
    precondition(token >= 0 && token < vocabularySize, "target outside the vocabulary")
    return Int(token)
  }
}
