import GPT2Kernels
import GPT2RandomNumbers
import GPT2Transformer

/// The numbers that a `DigitNetwork` learns, or as many beside them: gradients, moments.
package final class DigitParameters: DigitTensors {
  /// The sizes of a network's layers.
  package struct Shape: Equatable, Sendable {
    /// I, pixels of an image.
    package let inputs: Int
    /// H, hidden units.
    package let hidden: Int
    /// K
    package let classes: Int

    package init(inputs: Int, hidden: Int, classes: Int = DigitImages.classes) {
      self.inputs = inputs
      self.hidden = hidden
      self.classes = classes
    }

    package var parameters: Int { hidden * (inputs + 1) + classes * (hidden + 1) }
  }

  package let shape: Shape
  let values: FloatBuffer
  let weight1: Matrix  // (H, I)
  let bias1: Matrix  // (1, H)
  let weight2: Matrix  // (K, H)
  let bias2: Matrix  // (1, K)

  /// - Throws: `AllocationError` if the memory is not to be had.
  package init(zeroed shape: Shape) throws(AllocationError) {
    self.shape = shape
    values = try FloatBuffer(zeroed: shape.parameters)
    let tensors = values.matrices([
      (shape.hidden, shape.inputs), (1, shape.hidden), (shape.classes, shape.hidden), (1, shape.classes),
    ])
    (weight1, bias1, weight2, bias2) = (tensors[0], tensors[1], tensors[2], tensors[3])
  }

  /// A random start: weights and biases uniform between ±1/√n for n values that a unit reads, as PyTorch's `nn.Linear`.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(random shape: Shape, seed: UInt32) throws(AllocationError) {
    try self.init(zeroed: shape)
    var generator = MersenneTwister(seed: seed)
    for (tensor, inputs) in zip(tensors, [shape.inputs, shape.inputs, shape.hidden, shape.hidden]) {
      let bound = 1 / Float(inputs).squareRoot()
      generator.fillUniform(tensor.flat, from: -bound, to: bound)
    }
  }

  /// In the order in which they lie in `values`.
  var tensors: [Matrix] { [weight1, bias1, weight2, bias2] }

  func zeros() throws(AllocationError) -> DigitParameters { try DigitParameters(zeroed: shape) }

  /// A copy of all values: W₁, b₁, W₂, b₂.
  var copy: [Float] { Array(values.values) }

  /// Takes over as many values in the same order.
  func set(_ copy: [Float]) {
    precondition(copy.count == values.values.count, "shapes disagree")
    _ = values.values.update(from: copy)
  }

  /// What hidden unit `unit` reads from each pixel.
  package func inputWeights(of unit: Int) -> [Float] { Array(weight1[unit]) }
}
