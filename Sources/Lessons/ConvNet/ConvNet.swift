import GPT2Kernels
import GPT2Transformer

/// A convolutional network that reads digits, after LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998): two layers of kernels
/// with pooling, then a hidden layer and the digits' logits.
///
///     A₁ = layer₁(x),   A₂ = layer₂(A₁),   h = ReLU(A₂·W₃ᵀ + b₃),   z = h·W₄ᵀ + b₄,
///     loss = mean over the batch of −log softmax(z)ₜ
///
/// It differs from LeNet-5 in what has become usual since: ReLU, the largest of four values in place of their sum, every
/// kernel reads every map, and softmax.
package struct ConvNet: DigitReader {
  static let imagesAtOnce = 100

  package let parameters: ConvNetParameters
  package let workers: Workers

  package var shape: ConvNetShape { parameters.shape }

  package init(_ parameters: ConvNetParameters, on workers: Workers) {
    self.parameters = parameters
    self.workers = workers
  }

  /// What the passes over a batch leave behind.
  final class Batch: DigitBatch {
    let input: Matrix  // (B, rows·columns), x
    let hidden: Matrix  // (B, H), h
    let hiddenGradient: Matrix  // (B, H), dh and then that of what ReLU takes
    let logits: Matrix  // (B, K), z; after the backward pass its gradient
    let losses: UnsafeMutableBufferPointer<Float>  // (B)
    let first: ConvolutionLayer.Memory
    let second: ConvolutionLayer.Memory
    private let memory: FloatBuffer

    /// - Parameter size: B, at least 1.
    init(_ size: Int, of shape: ConvNetShape) throws(AllocationError) {
      let shapes =
        [shape.first.inputs, shape.hidden, shape.hidden, shape.classes, 1].map { (rows: size, columns: $0) }
        + ConvolutionLayer.Memory.shapes(size, of: shape.first)
        + ConvolutionLayer.Memory.shapes(size, of: shape.second)
      memory = try FloatBuffer(zeroed: shapes.reduce(0) { $0 + $1.rows * $1.columns })
      let matrices = memory.matrices(shapes)
      (input, hidden, hiddenGradient) = (matrices[0], matrices[1], matrices[2])
      (logits, losses) = (matrices[3], matrices[4].flat)
      first = ConvolutionLayer.Memory(matrices[5..<9])
      second = ConvolutionLayer.Memory(matrices[9..<13])
    }
  }

  func batch(of size: Int) throws(AllocationError) -> Batch { try Batch(size, of: shape) }

  private var first: ConvolutionLayer {
    ConvolutionLayer(shape: shape.first, weight: parameters.weight1, bias: parameters.bias1)
  }

  private var second: ConvolutionLayer {
    ConvolutionLayer(shape: shape.second, weight: parameters.weight2, bias: parameters.bias2)
  }

  func forward(_ batch: Batch) {
    first.forward(batch.input, batch.first, on: workers)
    second.forward(batch.first.output, batch.second, on: workers)
    Linear.forward(
      batch.second.output, weight: parameters.weight3, bias: parameters.bias3, residual: nil,
      into: batch.hidden, on: workers)
    Rectifier.forward(batch.hidden)
    Linear.forward(
      batch.hidden, weight: parameters.weight4, bias: parameters.bias4, residual: nil, into: batch.logits,
      on: workers)
  }

  func backward(_ batch: Batch, targets: [Int32], into gradients: ConvNetParameters) -> Float {
    let size = batch.input.rows
    targets.withUnsafeBufferPointer { targets in
      CrossEntropy.lossAndGradient(
        logits: batch.logits, vocabularySize: shape.classes, targets: targets, scale: 1 / Float(size),
        into: batch.losses, on: workers)
    }
    Linear.backward(
      outputGradient: batch.logits, input: batch.hidden, weight: parameters.weight4,
      inputGradient: batch.hiddenGradient, weightGradient: gradients.weight4, biasGradient: gradients.bias4,
      accumulating: false, on: workers)
    Rectifier.backward(output: batch.hidden, gradient: batch.hiddenGradient)
    Linear.backward(
      outputGradient: batch.hiddenGradient, input: batch.second.output, weight: parameters.weight3,
      inputGradient: batch.second.outputGradient, weightGradient: gradients.weight3,
      biasGradient: gradients.bias3, accumulating: false, on: workers)
    second.backward(
      batch.second, inputGradient: batch.first.outputGradient, weightGradient: gradients.weight2,
      biasGradient: gradients.bias2, on: workers)
    first.backward(
      batch.first, inputGradient: nil, weightGradient: gradients.weight1, biasGradient: gradients.bias1,
      on: workers)
    return batch.losses.reduce(0, +) / Float(size)
  }
}
