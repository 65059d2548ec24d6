import GPT2Kernels
import GPT2Transformer

// Attention and layer norms.
extension OperationList {
  /// Each row is one.
  var sequences: Sequences { Sequences(batchSize: batchSize, sequenceLength: sequenceLength) }

  var attentionForward: Operation {
    let (C, heads) = (channels, configuration.heads)
    let work = Work.attention(
      batchSize: batchSize, sequenceLength: sequenceLength, channels: C, heads: heads)
    return Operation(name: "attention", pass: "forward", calls: layers, work: work) { copies in
      let outputCopies = isTraining ? copies : 1
      let qkv = try matrix(rows, 3 * C)
      let output = try matrix(rows, C, outputCopies)
      let logSumExp = try matrix(batchSize * heads, sequenceLength, outputCopies)
      return { copy in
        Attention.forward(
          qkv[copy], sequences: sequences, heads: heads, into: output[copy], logSumExp: logSumExp[copy],
          precision: precision, on: workers)
      }
    }
  }

  var attentionBackward: Operation {
    let (C, heads) = (channels, configuration.heads)
    let work = Work.attentionBackward(
      batchSize: batchSize, sequenceLength: sequenceLength, channels: C, heads: heads)
    return Operation(name: "attention", pass: "backward", calls: layers, work: work) { copies in
      let outputGradient = try matrix(rows, C)
      let qkv = try matrix(rows, 3 * C, copies)
      let output = try matrix(rows, C, copies)
      let logSumExp = try matrix(batchSize * heads, sequenceLength, copies)
      let qkvGradient = try matrix(rows, 3 * C)
      // Probabilities are computed from the forward pass's sums, and must be some.
      for copy in 0..<copies {
        Attention.forward(
          qkv[copy], sequences: sequences, heads: heads, into: output[copy], logSumExp: logSumExp[copy],
          precision: precision, on: workers)
      }
      return { copy in
        Attention.backward(
          outputGradient: outputGradient[copy], qkv: qkv[copy], output: output[copy],
          logSumExp: logSumExp[copy], sequences: sequences, heads: heads, into: qkvGradient[copy],
          precision: precision, on: workers)
      }
    }
  }

  /// Two a layer, and one at the end.
  private var normCalls: Int { 2 * layers + 1 }

  var layerNormForward: Operation {
    let C = channels
    let work = Work.layerNorm(rows: rows, channels: C)
    return Operation(name: "layer norm", pass: "forward", calls: normCalls, work: work) { copies in
      let outputCopies = isTraining ? copies : 1
      let input = try matrix(rows, C)
      let weight = try matrix(1, C, copies)
      let bias = try matrix(1, C, copies)
      let output = try matrix(rows, C, outputCopies)
      let means = try matrix(1, rows, outputCopies)
      let rstd = try matrix(1, rows, outputCopies)
      return { copy in
        LayerNorm.forward(
          input[copy], weight: weight[copy], bias: bias[copy], into: output[copy], means: means[copy],
          rstd: rstd[copy], on: workers)
      }
    }
  }

  var layerNormBackward: Operation {
    let C = channels
    let work = Work.layerNormBackward(rows: rows, channels: C)
    return Operation(name: "layer norm", pass: "backward", calls: normCalls, work: work) { copies in
      let outputGradient = try matrix(rows, C)
      let input = try matrix(rows, C, copies)
      let weight = try matrix(1, C, copies)
      let means = try matrix(1, rows, copies)
      let rstd = try matrix(1, rows, copies)
      let inputGradient = try matrix(rows, C)
      let weightGradient = try matrix(1, C, copies)
      let biasGradient = try matrix(1, C, copies)
      return { copy in
        LayerNorm.backward(
          outputGradient: outputGradient[copy], input: input[copy], weight: weight[copy],
          means: means[copy], rstd: rstd[copy],
          addingTo: inputGradient[copy], weightGradient: weightGradient[copy],
          biasGradient: biasGradient[copy], accumulating: false, on: workers)
      }
    }
  }
}
