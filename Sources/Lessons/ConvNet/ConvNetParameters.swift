import GPT2Kernels
import GPT2RandomNumbers
import GPT2Transformer

/// The sizes of a `ConvNet`'s layers.
package struct ConvNetShape: Equatable, Sendable {
  package let first: ConvolutionShape
  package let second: ConvolutionShape
  /// H, units of the hidden layer behind the convolutions.
  package let hidden: Int
  /// K
  package let classes = DigitImages.classes

  /// - Parameters:
  ///   - maps: Kernels of the first and of the second layer.
  ///   - kernel: The length of a kernel's sides.
  /// - Returns: `nil` if the images are too small, see `leastSide`.
  package init?(rows: Int, columns: Int, maps: (Int, Int), kernel: Int, hidden: Int) {
    guard hidden > 0,
      let first = ConvolutionShape(
        channels: 1, rows: rows, columns: columns, maps: maps.0, kernel: kernel),
      let second = ConvolutionShape(
        channels: maps.0, rows: first.pooledRows, columns: first.pooledColumns, maps: maps.1, kernel: kernel)
    else { return nil }
    (self.first, self.second, self.hidden) = (first, second, hidden)
  }

  /// The least rows, and columns, of images of which two layers leave something: a pooled value needs two more pixels
  /// than a kernel has less one, and the second layer's are the first's pooled values.
  package static func leastSide(kernel: Int) -> Int { 2 * (kernel + 1) + kernel - 1 }

  package var parameters: Int {
    [(first.maps, first.patch), (second.maps, second.patch), (hidden, second.outputs), (classes, hidden)]
      .reduce(0) { $0 + $1.0 * ($1.1 + 1) }
  }
}

/// The numbers that a `ConvNet` learns, or as many beside them: gradients, moments.
package final class ConvNetParameters: DigitTensors {
  package let shape: ConvNetShape
  let values: FloatBuffer
  let weight1: Matrix  // (M₁, K·K)
  let bias1: Matrix  // (1, M₁)
  let weight2: Matrix  // (M₂, M₁·K·K)
  let bias2: Matrix  // (1, M₂)
  let weight3: Matrix  // (H, M₂·P₂·Q₂)
  let bias3: Matrix  // (1, H)
  let weight4: Matrix  // (classes, H)
  let bias4: Matrix  // (1, classes)

  /// - Throws: `AllocationError` if the memory is not to be had.
  init(zeroed shape: ConvNetShape) throws(AllocationError) {
    self.shape = shape
    values = try FloatBuffer(zeroed: shape.parameters)
    let (first, second) = (shape.first, shape.second)
    let tensors = values.matrices([
      (first.maps, first.patch), (1, first.maps), (second.maps, second.patch), (1, second.maps),
      (shape.hidden, second.outputs), (1, shape.hidden), (shape.classes, shape.hidden), (1, shape.classes),
    ])
    (weight1, bias1, weight2, bias2) = (tensors[0], tensors[1], tensors[2], tensors[3])
    (weight3, bias3, weight4, bias4) = (tensors[4], tensors[5], tensors[6], tensors[7])
  }

  /// A random start: weights and biases uniform between ±1/√n for n values that a kernel or a unit reads, as PyTorch's
  /// `nn.Conv2d` and `nn.Linear`.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  convenience init(random shape: ConvNetShape, seed: UInt32) throws(AllocationError) {
    try self.init(zeroed: shape)
    var generator = MersenneTwister(seed: seed)
    for (index, tensor) in tensors.enumerated() {
      // A bias follows its weight, whose rows are what is read.
      let bound = 1 / Float(tensors[index - index % 2].columns).squareRoot()
      generator.fillUniform(tensor.flat, from: -bound, to: bound)
    }
  }

  func zeros() throws(AllocationError) -> ConvNetParameters { try ConvNetParameters(zeroed: shape) }

  /// In the order in which they lie in `values`.
  var tensors: [Matrix] { [weight1, bias1, weight2, bias2, weight3, bias3, weight4, bias4] }

  /// A copy of all values, in the order of `tensors`.
  var copy: [Float] { Array(values.values) }

  /// Takes over as many values in the same order.
  func set(_ copy: [Float]) {
    precondition(copy.count == values.values.count, "shapes disagree")
    _ = values.values.update(from: copy)
  }
}
