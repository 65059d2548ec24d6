/// What is between the two linear layers of the feed-forward part, under transformers' names.
package enum Activation: String, CaseIterable, Sendable {
  /// GELU by tanh, GPT-2's own: see `GELU`.
  case tanhGELU = "gelu_new"
  /// ½·x·(1 + erf(x / √2)), of which the former is an approximation (Hendrycks and Gimpel 2016, arXiv:1606.08415).
  case exactGELU = "gelu"

  /// On the calling thread: for use inside a task.
  func forwardSerially(_ input: Matrix, into output: Matrix, _ kernels: KernelSet) {
    switch self {
    case .tanhGELU: GELU.forwardSerially(input, into: output, kernels)
    case .exactGELU:
      // Few models ask for it, so it is the C library's: a hundredth of what the products around it take.
      for row in 0..<input.rows {
        for column in 0..<input.columns {
          let x = input[row][column]
          output[row][column] = 0.5 * x * (1 + ScalarMath.errorFunction(x * Float(0.5).squareRoot()))
        }
      }
    }
  }
}
