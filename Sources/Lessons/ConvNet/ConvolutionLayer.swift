import GPT2Kernels
import GPT2Transformer

/// A layer of a convolutional network (LeCun et al. 1998): kernels that slide over an image, max pooling, ReLU.
///
/// With P the patches of all images of a batch, side by side, the convolution is a product, forward and backward:
///
///     Y = W·P,   dW = dY·Pᵀ,   dP = Wᵀ·dY
///
/// What comes before and after is `Patches` and `MaxPooling`. The kernels are the rows and the places the columns: there are
/// few kernels and many places, and products by panels want the long side there.
struct ConvolutionLayer {
  let shape: ConvolutionShape
  let weight: Matrix  // (M, C·K·K), a kernel a row
  let bias: Matrix  // (1, M)

  /// What the passes over a batch leave behind.
  struct Memory {
    let patches: Matrix  // (C·K·K, B·H'·W'), P; after the backward pass dP
    let maps: Matrix  // (M, B·H'·W'), Y; after the backward pass dY
    let output: Matrix  // (B, M·P·Q), A
    let outputGradient: Matrix  // (B, M·P·Q)

    /// The shapes of these, in this order.
    static func shapes(_ size: Int, of shape: ConvolutionShape) -> [(rows: Int, columns: Int)] {
      let places = size * shape.places
      return [
        (shape.patch, places), (shape.maps, places), (size, shape.outputs), (size, shape.outputs),
      ]
    }

    /// - Parameter matrices: Of these shapes.
    init(_ matrices: some Collection<Matrix>) {
      let matrices = Array(matrices)
      (patches, maps, output, outputGradient) = (matrices[0], matrices[1], matrices[2], matrices[3])
    }
  }

  /// Writes the layer's output.
  ///
  /// - Parameter input: (B, C·H·W)
  func forward(_ input: Matrix, _ memory: Memory, on workers: Workers) {
    Patches.gather(input, shape, into: memory.patches, on: workers)
    Matmul.multiply(
      weight, transposed: false, memory.patches, transposed: false, into: memory.maps, accumulating: false,
      on: workers)
    MaxPooling.forward(memory.maps, bias: bias, shape, into: memory.output, on: workers)
  }

  /// After `forward`, and with the output's gradient in `memory`: writes the gradients.
  ///
  /// - Parameters:
  ///   - inputGradient: (B, C·H·W); `nil` if nobody asks for it.
  ///   - weightGradient: (M, C·K·K)
  ///   - biasGradient: (1, M)
  func backward(
    _ memory: Memory, inputGradient: Matrix?, weightGradient: Matrix, biasGradient: Matrix,
    on workers: Workers
  ) {
    MaxPooling.backward(
      outputGradient: memory.outputGradient, output: memory.output, shape, maps: memory.maps,
      biasGradient: biasGradient, on: workers)
    Matmul.multiply(
      memory.maps, transposed: false, memory.patches, transposed: true, into: weightGradient,
      accumulating: false, on: workers)
    guard let inputGradient else { return }
    Matmul.multiply(
      weight, transposed: true, memory.maps, transposed: false, into: memory.patches, accumulating: false,
      on: workers)
    Patches.scatter(memory.patches, shape, into: inputGradient, on: workers)
  }
}
