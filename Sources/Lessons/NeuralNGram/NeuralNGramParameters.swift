import GPT2Kernels
import GPT2RandomNumbers
import GPT2Transformer

/// One flat buffer with a value for each parameter, and views of its tensors: weights, gradients, or moments.
package final class NeuralNGramParameters {
  package let shape: NeuralNGramShape
  private let buffer: FloatBuffer
  private let tensors: [NeuralNGramTensor: Matrix]

  /// - Throws: `AllocationError` if they do not fit in memory.
  package init(zeroed shape: NeuralNGramShape) throws(AllocationError) {
    self.shape = shape
    buffer = try FloatBuffer(zeroed: shape.parameterCount)
    let all = NeuralNGramTensor.allCases
    let matrices = buffer.matrices(all.map { $0.shape(in: shape) })
    tensors = Dictionary(uniqueKeysWithValues: zip(all, matrices))
  }

  /// As EurekaLabsAI/mlp draws them, which is PyTorch's default for these layers: embeddings from the standard normal
  /// distribution, weights and biases evenly from ±1/√(inputs of the layer).
  ///
  /// - Parameter seed: Not 0, from which the generator never moves.
  package convenience init(random shape: NeuralNGramShape, seed: UInt64) throws(AllocationError) {
    precondition(seed != 0, "a seed of 0")
    try self.init(zeroed: shape)
    var generator = XorShift(state: seed)
    generator.fillNormal(self[.embedding].flat)
    let hiddenBound = 1 / Double(shape.inputSize).squareRoot()
    generator.fillUniform(self[.hiddenWeight].flat, within: hiddenBound)
    generator.fillUniform(self[.hiddenBias].flat, within: hiddenBound)
    let outputBound = 1 / Double(shape.hiddenSize).squareRoot()
    generator.fillUniform(self[.outputWeight].flat, within: outputBound)
    generator.fillUniform(self[.outputBias].flat, within: outputBound)
  }

  /// All values, tensor after tensor.
  package var values: UnsafeMutableBufferPointer<Float> { buffer.values }

  package subscript(tensor: NeuralNGramTensor) -> Matrix {
    guard let matrix = tensors[tensor] else { preconditionFailure("a tensor without a place") }
    return matrix
  }
}

extension XorShift {
  /// Each value drawn evenly from [−bound, bound).
  fileprivate mutating func fillUniform(_ values: UnsafeMutableBufferPointer<Float>, within bound: Double) {
    for index in values.indices { values[index] = Float(Double(nextFloat()) * (2 * bound) - bound) }
  }

  /// Standard normal values, two at a time.
  fileprivate mutating func fillNormal(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in stride(from: 0, to: values.count, by: 2) {
      let (first, second) = nextNormals()
      values[index] = Float(first)
      if index + 1 < values.count { values[index + 1] = Float(second) }
    }
  }
}
