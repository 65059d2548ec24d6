import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// The operations of a model's pass, in their order, in the shapes that they have there.
struct OperationList {
  enum Purpose {
    /// Forward and backward over B sequences of T.
    case training
    /// Forward over one sequence, logits for its last position.
    case prefill
    /// Forward over one token. Attention is left out: no kernel yet attends from one query to keys of earlier passes.
    case decoding
  }

  let configuration: Configuration
  let batchSize: Int
  let sequenceLength: Int
  let purpose: Purpose
  let precision: Precision
  let workers: Workers

  var rows: Int { batchSize * sequenceLength }
  var isTraining: Bool { purpose == .training }
  var layers: Int { configuration.layers }
  var channels: Int { configuration.channels }

  var operations: [Operation] {
    let C = channels
    let qkv = LinearShape(name: "qkv", calls: layers, rows: rows, inputs: C, outputs: 3 * C)
    let attproj = LinearShape(
      name: "attproj", calls: layers, rows: rows, inputs: C, outputs: C, hasResidual: true)
    let fc = LinearShape(
      name: "fc + GELU", calls: layers, rows: rows, inputs: C, outputs: 4 * C, isActivated: true)
    let fcproj = LinearShape(
      name: "fcproj", calls: layers, rows: rows, inputs: 4 * C, outputs: C, hasResidual: true,
      isInputActivated: true)

    var operations = [embeddingForward, layerNormForward, linearForward(qkv)]
    if purpose != .decoding { operations.append(attentionForward) }
    operations += [attproj, fc, fcproj].map(linearForward)
    operations.append(classifierForward)
    guard isTraining else { return operations }
    operations += [crossEntropy, classifierBackward]
    operations += linearBackward(fcproj) + linearBackward(fc) + linearBackward(attproj)
    operations += [attentionBackward] + linearBackward(qkv)
    return operations + [layerNormBackward, embeddingBackward, gradientNorm, adamW]
  }
}

/// A linear layer.
struct LinearShape {
  let name: String
  let calls: Int
  let rows: Int
  let inputs: Int
  let outputs: Int
  var hasResidual = false
  /// Whether GELU of the output is written too.
  var isActivated = false
  /// Whether the input is GELU of something.
  var isInputActivated = false
}

// The linear layers.
extension OperationList {
  func linearForward(_ shape: LinearShape) -> Operation {
    let (R, I, O) = (shape.rows, shape.inputs, shape.outputs)
    let work = Work.linear(
      rows: R, inputs: I, outputs: O, hasResidual: shape.hasResidual, isActivated: shape.isActivated)
    return Operation(name: shape.name, pass: "forward", calls: shape.calls, work: work) { copies in
      // Only where a backward pass follows has each layer its own output.
      let outputCopies = isTraining ? copies : 1
      let input = try matrix(R, I)
      let weight = try matrix(O, I, copies)
      let bias = try matrix(1, O, copies)
      let output = try matrix(R, O, outputCopies)
      let residual = shape.hasResidual ? try matrix(R, O) : nil
      let activated = shape.isActivated ? try matrix(R, O, outputCopies) : nil
      return { copy in
        linear(
          input[copy], weight[copy], bias: bias[copy], residual: residual?[copy], into: output[copy],
          activated: activated?[copy])
      }
    }
  }

  /// A linear layer as training has it, or as inference does, which reads weights where they are stored.
  func linear(
    _ input: Matrix, _ weight: Matrix, bias: Matrix? = nil, residual: Matrix? = nil, into output: Matrix,
    activated: Matrix? = nil
  ) {
    if isTraining {
      Linear.forward(
        input, weight: weight, bias: bias, residual: residual, into: output, activated: activated,
        precision: precision, on: workers)
    } else {
      let stored = EncodedMatrix(
        .fp32, UnsafeRawPointer(weight.base), rows: weight.rows, columns: weight.columns)
      Linear.forward(
        input, weight: .rows(stored), bias: bias, residual: residual, into: output, activated: activated,
        precision: precision, on: workers)
    }
  }

  /// The backward pass, and its weights' half by itself: the library does not offer the other half alone.
  func linearBackward(_ shape: LinearShape) -> [Operation] {
    let (R, I, O) = (shape.rows, shape.inputs, shape.outputs)
    return [
      linearBackward(
        shape, pass: "backward",
        work: .linearBackward(rows: R, inputs: I, outputs: O, isInputActivated: shape.isInputActivated),
        isPart: false),
      linearBackward(
        shape, pass: "  its dW, db", work: .linearWeightGradient(rows: R, inputs: I, outputs: O),
        isPart: true),
    ]
  }

  private func linearBackward(
    _ shape: LinearShape, pass: String, work: Work, isPart: Bool
  ) -> Operation {
    let (R, I, O) = (shape.rows, shape.inputs, shape.outputs)
    return Operation(name: shape.name, pass: pass, calls: shape.calls, work: work, isPart: isPart) { copies in
      let outputGradient = try matrix(R, O)
      let input = try matrix(R, I, copies)
      let weight = try matrix(O, I, copies)
      let inputGradient = isPart ? nil : try matrix(R, I)
      let weightGradient = try matrix(O, I, copies)
      let biasGradient = try matrix(1, O, copies)
      let preActivation = shape.isInputActivated && !isPart ? try matrix(R, I, copies) : nil
      return { copy in
        Linear.backward(
          outputGradient: outputGradient[copy], input: input[copy], weight: weight[copy],
          inputGradient: inputGradient?[copy], weightGradient: weightGradient[copy],
          biasGradient: biasGradient[copy], preActivation: preActivation?[copy], accumulating: false,
          precision: precision, on: workers)
      }
    }
  }

  func matrix(_ rows: Int, _ columns: Int, _ copies: Int = 1) throws(AllocationError) -> MatrixCopies {
    try MatrixCopies(rows, columns, copies: copies, on: workers)
  }
}
