import CGPT2Kernels

/// y = tanh x = (e²ˣ − 1) / (e²ˣ + 1), element by element. Its derivative is 1 − y², so that the backward pass needs
/// the output alone.
package enum HyperbolicTangent {
  private static let partValues = 1 << 15

  package static func forward(
    _ input: Matrix,  // (R, C)
    into output: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(input.rows == output.rows && input.columns == output.columns, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        workers.kernels.table.tanh(
          input.base + row * input.stride, output.base + row * output.stride, input.columns)
      }
    }
  }

  /// Turns the output's gradient into the input's, in place.
  package static func backward(
    output: Matrix,  // (R, C)
    gradient: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(output.rows == gradient.rows && output.columns == gradient.columns, "shapes disagree")
    workers.run(over: output.rows, inRangesOf: output.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let y = output.base + row * output.stride
        let dy = gradient.base + row * gradient.stride
        Vectors.forEach(output.columns) { start, lanes in
          let y = Vectors.load(y + start, lanes)
          Vectors.store(Vectors.load(dy + start, lanes) * (1 - y * y), to: dy + start, lanes)
        }
      }
    }
  }
}
