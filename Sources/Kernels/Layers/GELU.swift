/// GELU(x) = ½·x·(1 + tanh u) with u = √(2/π)·(x + 0.044715·x³): the tanh approximation of Hendrycks and Gimpel
/// (2016, arXiv:1606.08415) that GPT-2 uses.
///
/// Since ½·(1 + tanh u) = 1 / (1 + e⁻²ᵘ) = s, this is x·s, with derivative s + 2·x·s·(1 − s)·du/dx.
public enum GELU {
  private static let partValues = 1 << 15

  public static func forward(
    _ input: Matrix,  // (R, C)
    into output: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(input.rows == output.rows && input.columns == output.columns, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      forwardSerially(input.rows(rows), into: output.rows(rows))
    }
  }

  /// The same on the calling thread: for use inside a task.
  static func forwardSerially(_ input: Matrix, into output: Matrix) {
    for row in 0..<input.rows {
      let x = input.base + row * input.stride
      let y = output.base + row * output.stride
      Vectors.forEach(input.columns) { start, lanes in
        let x = Vectors.load(x + start, lanes)
        Vectors.store(x * gate(x), to: y + start, lanes)
      }
    }
  }

  /// Turns the output's gradient into the input's, in place.
  public static func backward(
    input: Matrix,  // (R, C)
    gradient: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(input.rows == gradient.rows && input.columns == gradient.columns, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      backwardSerially(input: input.rows(rows), gradient: gradient.rows(rows))
    }
  }

  /// The same on the calling thread: for use inside a task.
  static func backwardSerially(input: Matrix, gradient: Matrix) {
    for row in 0..<input.rows {
      let x = input.base + row * input.stride
      let dy = gradient.base + row * gradient.stride
      Vectors.forEach(input.columns) { start, lanes in
        let dx = Vectors.load(dy + start, lanes) * derivative(Vectors.load(x + start, lanes))
        Vectors.store(dx, to: dy + start, lanes)
      }
    }
  }

  /// s = 1 / (1 + e⁻²ᵘ).
  @inline(__always)
  private static func gate(_ x: Vector) -> Vector {
    VectorMath.logistic(x * (0.044_715 * x * x + 1) * twiceRoot)
  }

  @inline(__always)
  private static func derivative(_ x: Vector) -> Vector {
    let s = gate(x)
    let slope = (3 * 0.044_715 * x * x + 1) * twiceRoot  // 2·du/dx
    return s + x * s * (1 - s) * slope
  }

  /// 2·√(2/π).
  @inline(__always) private static var twiceRoot: Float { 1.595_769_1 }
}
