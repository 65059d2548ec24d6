import CGPT2Kernels

/// loss = −log softmax(x)ₜ = log Σ exp(xⱼ − m) + m − xₜ for target t, where m is the largest of x;
/// its gradient is softmax(x) − [j = t].
///
/// The largest is taken off so that no exponential overflows. It leaves out values that are not numbers, but the sum
/// does not: one NaN makes the loss NaN.
///
/// A position whose target is `ignored` has no loss and no gradient, as PyTorch's `ignore_index` has it.
///
/// Only the first V columns are logits; the rest pad the classifier's rows to a convenient length.
package enum CrossEntropy {
  /// The target of a position that is not to be learnt from.
  package static let ignored: Int32 = -1

  /// Writes each position's loss.
  package static func loss(
    logits: Matrix,  // (R, Vp)
    vocabularySize: Int,
    targets: UnsafeBufferPointer<Int32>,  // (R)
    into losses: UnsafeMutableBufferPointer<Float>,  // (R)
    on workers: Workers
  ) {
    checkShapes(logits, vocabularySize, targets, losses)
    let kernels = workers.kernels.table
    workers.run(over: logits.rows, inRangesOf: logits.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let x = logits.base + row * logits.stride
        guard targets[row] != ignored else {
          losses[row] = 0
          continue
        }
        let target = x[checked(targets[row], vocabularySize)]
        let largest = kernels.largest(x, vocabularySize)
        let sum = kernels.sum_of_exponentials(x, largest, vocabularySize)
        losses[row] = ScalarMath.log(sum) + (largest - target)
      }
    }
  }

  /// Writes each position's loss and turns its logits into `scale` times their gradient, the padding into 0.
  package static func lossAndGradient(
    logits: Matrix,  // (R, Vp)
    vocabularySize: Int,
    targets: UnsafeBufferPointer<Int32>,  // (R)
    scale: Float,
    into losses: UnsafeMutableBufferPointer<Float>,  // (R)
    on workers: Workers
  ) {
    checkShapes(logits, vocabularySize, targets, losses)
    let kernels = workers.kernels.table
    workers.run(over: logits.rows, inRangesOf: logits.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let x = logits.base + row * logits.stride
        guard targets[row] != ignored else {
          losses[row] = 0
          x.update(repeating: 0, count: logits.columns)
          continue
        }
        let index = checked(targets[row], vocabularySize)
        let target = x[index]
        let largest = kernels.largest(x, vocabularySize)
        let sum = kernels.exponentiate(x, largest, vocabularySize)
        losses[row] = ScalarMath.log(sum) + (largest - target)
        kernels.scale(x, scale / sum, vocabularySize)
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
