import GPT2Kernels
import GPT2Platform
import GPT2Transformer

/// An n-gram model whose probabilities are computed instead of counted. Each token of the context becomes E numbers, and
/// one hidden layer makes of these T·E numbers a score for each token that may follow:
///
///     x = [E[t₁] … E[t_T]],   h = tanh(W₁·x + b₁),   z = W₂·h + b₂,   p = softmax(z).
///
/// Forward and backward are the project's kernels, one call a line; mlp.md derives them.
package final class NeuralNGram {
  package let parameters: NeuralNGramParameters
  package let batchSize: Int
  private let workers: Workers
  private let buffer: FloatBuffer

  // What a pass computes, and the gradients of it: for as many rows as a batch has.
  private let embedded: Matrix  // (B, T·E)
  private let hidden: Matrix  // (B, H)
  private let logits: Matrix  // (B, V)
  private let losses: Matrix  // (1, B)
  private let embeddedGradient: Matrix  // (B, T·E)
  private let hiddenGradient: Matrix  // (B, H)

  package var shape: NeuralNGramShape { parameters.shape }

  /// - Parameter batchSize: The most contexts that a pass takes.
  /// - Throws: `AllocationError` if the activations do not fit in memory.
  package init(_ parameters: NeuralNGramParameters, batchSize: Int, workers: Workers) throws(AllocationError)
  {
    precondition(batchSize > 0, "a batch of nothing")
    self.parameters = parameters
    self.batchSize = batchSize
    self.workers = workers
    let shape = parameters.shape
    let widths = [
      shape.inputSize, shape.hiddenSize, shape.vocabularySize, 1, shape.inputSize, shape.hiddenSize,
    ]
    buffer = try FloatBuffer(zeroed: batchSize * widths.reduce(0, +))
    let matrices = buffer.matrices(widths.map { (batchSize, $0) })
    (embedded, hidden, logits) = (matrices[0], matrices[1], matrices[2])
    losses = Matrix(matrices[3].base, rows: 1, columns: batchSize)
    (embeddedGradient, hiddenGradient) = (matrices[4], matrices[5])
  }

  /// The mean of −ln p of the targets, in nats.
  package func loss(of batch: ContextBatch) -> Double {
    forward(batch.contexts)
    let rows = batch.targets.count
    let losses = losses.columns(0..<rows)[0]
    batch.targets.withUnsafeBufferPointer {
      CrossEntropy.loss(
        logits: logits.rows(0..<rows), vocabularySize: shape.vocabularySize, targets: $0, into: losses,
        on: workers)
    }
    return losses.reduce(0.0) { $0 + Double($1) } / Double(rows)
  }

  /// The same, and its gradient by every parameter, which replaces what is in `gradients`.
  package func loss(of batch: ContextBatch, gradients: NeuralNGramParameters) -> Double {
    precondition(gradients.shape == shape, "gradients of another shape")
    forward(batch.contexts)
    let rows = batch.targets.count
    let losses = losses.columns(0..<rows)[0]
    // Turns the logits into their gradient, (p − [j = target]) / B.
    batch.targets.withUnsafeBufferPointer {
      CrossEntropy.lossAndGradient(
        logits: logits.rows(0..<rows), vocabularySize: shape.vocabularySize, targets: $0,
        scale: 1 / Float(rows), into: losses, on: workers)
    }
    backward(batch.contexts, rows: rows, into: gradients)
    return losses.reduce(0.0) { $0 + Double($1) } / Double(rows)
  }

  /// How likely each token is to follow, (V).
  ///
  /// - Parameter context: T tokens.
  package func probabilities(after context: [Int]) -> [Double] {
    precondition(context.count == shape.contextLength, "a context of another length")
    forward(context.map(Int32.init))
    let scores = logits[0].map(Double.init)
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  private func forward(_ contexts: [Int32]) {
    let rows = contexts.count / shape.contextLength
    precondition(rows > 0 && rows <= batchSize, "more contexts than there is room for, or none")
    let hidden = hidden.rows(0..<rows)
    contexts.withUnsafeBufferPointer {
      Embedding.forward(
        tokens: $0, tokenTable: parameters[.embedding], positionTable: nil,
        sequences: sequences(rows), into: byToken(embedded, rows), on: workers)
    }
    Linear.forward(
      embedded.rows(0..<rows), weight: parameters[.hiddenWeight], bias: parameters[.hiddenBias],
      residual: nil, into: hidden, on: workers)
    HyperbolicTangent.forward(hidden, into: hidden, on: workers)
    Linear.forward(
      hidden, weight: parameters[.outputWeight], bias: parameters[.outputBias], residual: nil,
      into: logits.rows(0..<rows), on: workers)
  }

  /// From the logits' gradient, which has taken their place, down to the embeddings.
  private func backward(_ contexts: [Int32], rows: Int, into gradients: NeuralNGramParameters) {
    let (hidden, hiddenGradient) = (hidden.rows(0..<rows), hiddenGradient.rows(0..<rows))
    Linear.backward(
      outputGradient: logits.rows(0..<rows), input: hidden, weight: parameters[.outputWeight],
      inputGradient: hiddenGradient, weightGradient: gradients[.outputWeight],
      biasGradient: gradients[.outputBias], accumulating: false, on: workers)
    HyperbolicTangent.backward(output: hidden, gradient: hiddenGradient, on: workers)
    Linear.backward(
      outputGradient: hiddenGradient, input: embedded.rows(0..<rows), weight: parameters[.hiddenWeight],
      inputGradient: embeddedGradient.rows(0..<rows), weightGradient: gradients[.hiddenWeight],
      biasGradient: gradients[.hiddenBias], accumulating: false, on: workers)
    let table = gradients[.embedding]
    table.base.update(repeating: 0, count: table.count)
    contexts.withUnsafeBufferPointer {
      Embedding.backward(
        outputGradient: byToken(embeddedGradient, rows), tokens: $0, sequences: sequences(rows),
        addingTo: table, positionTableGradient: nil, accumulating: false, on: workers)
    }
  }

  /// A context a row.
  private func sequences(_ rows: Int) -> Sequences {
    Sequences(batchSize: rows, sequenceLength: shape.contextLength)
  }

  /// The first rows of (B, T·E), seen as (B·T, E): the same values in the same order.
  private func byToken(_ matrix: Matrix, _ rows: Int) -> Matrix {
    Matrix(matrix.base, rows: rows * shape.contextLength, columns: shape.embeddingSize)
  }
}
