import GPT2Kernels

/// ReLU(x) = max(0, x) (Nair and Hinton 2010), whose slope is 1 above 0 and else 0.
enum Rectifier {
  /// In place.
  static func forward(_ values: Matrix) {  // (R, C), without gaps
    let flat = values.flat
    for index in flat.indices where flat[index] < 0 { flat[index] = 0 }
  }

  /// Turns the output's gradient into the input's, in place.
  static func backward(output: Matrix, gradient: Matrix) {  // both (R, C), without gaps
    let (output, gradient) = (output.flat, gradient.flat)
    precondition(output.count == gradient.count, "shapes disagree")
    for index in gradient.indices where output[index] <= 0 { gradient[index] = 0 }
  }
}
