import GPT2Kernels
import GPT2Transformer

/// A multilayer perceptron that reads digits, on the kernels that GPT-2's own perceptrons run on:
///
///     a = x·W₁ᵀ + b₁,   h = GELU(a),   z = h·W₂ᵀ + b₂,   loss = mean over the batch of −log softmax(z)ₜ
///
/// and backwards, with d the gradient of the loss by each:
///
///     dz = (softmax(z) − [k = t]) / B
///     dW₂ = dzᵀ·h,   db₂ = Σ dz,   dh = dz·W₂,   da = dh ⊙ GELU'(a)
///     dW₁ = daᵀ·x,   db₁ = Σ da
package struct DigitNetwork: DigitReader {
  static let imagesAtOnce = 500

  package let parameters: DigitParameters
  package let workers: Workers

  package var shape: DigitParameters.Shape { parameters.shape }

  package init(_ parameters: DigitParameters, on workers: Workers) {
    self.parameters = parameters
    self.workers = workers
  }

  /// What the passes over a batch leave behind.
  final class Batch: DigitBatch {
    let input: Matrix  // (B, I), x
    let preActivation: Matrix  // (B, H), a
    let hidden: Matrix  // (B, H), h
    let logits: Matrix  // (B, K), z; after the backward pass its gradient
    let hiddenGradient: Matrix  // (B, H), dh and then da
    let losses: UnsafeMutableBufferPointer<Float>  // (B)
    private let memory: FloatBuffer

    /// - Parameter size: B, at least 1.
    init(_ size: Int, of shape: DigitParameters.Shape) throws(AllocationError) {
      let widths = [shape.inputs, shape.hidden, shape.hidden, shape.classes, shape.hidden, 1]
      memory = try FloatBuffer(zeroed: size * widths.reduce(0, +))
      let matrices = memory.matrices(widths.map { (size, $0) })
      (input, preActivation, hidden) = (matrices[0], matrices[1], matrices[2])
      (logits, hiddenGradient, losses) = (matrices[3], matrices[4], matrices[5].flat)
    }
  }

  func batch(of size: Int) throws(AllocationError) -> Batch { try Batch(size, of: shape) }

  /// From the batch's input to its logits.
  func forward(_ batch: Batch) {
    Linear.forward(
      batch.input, weight: parameters.weight1, bias: parameters.bias1, residual: nil,
      into: batch.preActivation,
      activated: batch.hidden, on: workers)
    Linear.forward(
      batch.hidden, weight: parameters.weight2, bias: parameters.bias2, residual: nil, into: batch.logits,
      on: workers)
  }

  /// After `forward`: writes the gradients of the mean loss.
  ///
  /// - Parameter targets: (B), the digits that the images show.
  /// - Returns: The mean loss, in nats.
  func backward(_ batch: Batch, targets: [Int32], into gradients: DigitParameters) -> Float {
    let size = batch.input.rows
    targets.withUnsafeBufferPointer { targets in
      CrossEntropy.lossAndGradient(
        logits: batch.logits, vocabularySize: shape.classes, targets: targets, scale: 1 / Float(size),
        into: batch.losses, on: workers)
    }
    Linear.backward(
      outputGradient: batch.logits, input: batch.hidden, weight: parameters.weight2,
      inputGradient: batch.hiddenGradient, weightGradient: gradients.weight2, biasGradient: gradients.bias2,
      preActivation: batch.preActivation, accumulating: false, on: workers)
    Linear.backward(
      outputGradient: batch.hiddenGradient, input: batch.input, weight: parameters.weight1,
      inputGradient: nil, weightGradient: gradients.weight1, biasGradient: gradients.bias1,
      accumulating: false, on: workers)
    return batch.losses.reduce(0, +) / Float(size)
  }
}

extension DigitTraining<DigitNetwork> {
  /// From a random start.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  convenience init(
    _ images: DigitImages, _ settings: DigitSettings, on workers: Workers
  ) throws(AllocationError) {
    let shape = DigitParameters.Shape(inputs: images.pixelsPerImage, hidden: settings.hidden)
    let start = try DigitParameters(random: shape, seed: settings.seed)
    try self.init(images, settings, teaching: DigitNetwork(start, on: workers))
  }
}
