import CGPT2Kernels

/// GELU(x) = ½·x·(1 + tanh u) with u = √(2/π)·(x + 0.044715·x³): the tanh approximation of Hendrycks and Gimpel
/// (2016, arXiv:1606.08415) that GPT-2 uses.
///
/// Since ½·(1 + tanh u) = 1 / (1 + e⁻²ᵘ) = s, this is x·s, with derivative s + 2·x·s·(1 − s)·du/dx.
package enum GELU {
  private static let partValues = 1 << 15

  package static func forward(
    _ input: Matrix,  // (R, C)
    into output: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(input.rows == output.rows && input.columns == output.columns, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      forwardSerially(input.rows(rows), into: output.rows(rows), workers.kernels)
    }
  }

  /// The same on the calling thread: for use inside a task.
  static func forwardSerially(_ input: Matrix, into output: Matrix, _ kernels: KernelSet) {
    for row in 0..<input.rows {
      kernels.table.gelu(input.base + row * input.stride, output.base + row * output.stride, input.columns)
    }
  }

  /// Turns the output's gradient into the input's, in place.
  package static func backward(
    input: Matrix,  // (R, C)
    gradient: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(input.rows == gradient.rows && input.columns == gradient.columns, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      backwardSerially(input: input.rows(rows), gradient: gradient.rows(rows), workers.kernels)
    }
  }

  /// The same on the calling thread: for use inside a task.
  static func backwardSerially(input: Matrix, gradient: Matrix, _ kernels: KernelSet) {
    for row in 0..<input.rows {
      kernels.table.gelu_backward(
        input.base + row * input.stride, gradient.base + row * gradient.stride, input.columns)
    }
  }
}
