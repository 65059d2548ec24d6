import GPT2Kernels
import TestSupport
import Testing

@Suite("Linear") struct LinearTests {
  let workers = Workers(count: 2)

  @Test("Forward, with and without bias and residual")
  func forward() {
    for (rows, inputs, outputs) in [(1, 1, 1), (7, 13, 17), (13, 65, 7), (65, 7, 33)] {
      let input = Buffer(rows, inputs, gap: 3, seed: 1)
      let weight = Buffer(outputs, inputs, seed: 2)
      let (bias, residual) = (Buffer(1, outputs, seed: 3), Buffer(rows, outputs, gap: 1, seed: 4))
      let product = MatmulTests.reference(input.matrix, false, weight.matrix, true)
      for (hasBias, hasResidual) in [(true, true), (true, false), (false, true), (false, false)] {
        let output = Buffer(unset: rows, outputs, gap: 2)
        Linear.forward(
          input.matrix, weight: weight.matrix, bias: hasBias ? bias.matrix : nil,
          residual: hasResidual ? residual.matrix : nil, into: output.matrix, on: workers)
        let added = residual.doubles.indices.map {
          (hasBias ? bias.doubles[$0 % outputs] : 0) + (hasResidual ? residual.doubles[$0] : 0)
        }
        expectClose(output.values, zip(product, added).map(+))
        #expect(output.gapsAreIntact)
      }
    }
  }

  @Test("Backward: the input's gradient overwritten, the parameters' written or added to")
  func backward() {
    for (rows, inputs, outputs) in [(1, 1, 1), (7, 13, 17), (65, 7, 13)] {
      let (input, weight) = (Buffer(rows, inputs, seed: 1), Buffer(outputs, inputs, seed: 2))
      let outputGradient = Buffer(rows, outputs, gap: 3, seed: 3)
      let inputGradient = Buffer(unset: rows, inputs)
      let (weightGradient, biasGradient) = (Buffer(unset: outputs, inputs), Buffer(unset: 1, outputs))
      let sums = (0..<outputs).map { o in (0..<rows).reduce(0.0) { $0 + Double(outputGradient.matrix[$1][o]) }
      }
      for times in [1.0, 2.0] {
        Linear.backward(
          outputGradient: outputGradient.matrix, input: input.matrix, weight: weight.matrix,
          inputGradient: inputGradient.matrix, weightGradient: weightGradient.matrix,
          biasGradient: biasGradient.matrix, accumulating: times == 2, on: workers)
        expectClose(
          inputGradient.values, MatmulTests.reference(outputGradient.matrix, false, weight.matrix, false))
        let expected = MatmulTests.reference(outputGradient.matrix, true, input.matrix, false)
        expectClose(weightGradient.values, expected.map { $0 * times })
        expectClose(biasGradient.values, sums.map { $0 * times })
      }
    }
  }

  @Test("Backward without the optional gradients")
  func backwardWithout() {
    let (input, weight) = (Buffer(5, 3, seed: 1), Buffer(2, 3, seed: 2))
    let (outputGradient, weightGradient) = (Buffer(5, 2, seed: 3), Buffer(unset: 2, 3))
    Linear.backward(
      outputGradient: outputGradient.matrix, input: input.matrix, weight: weight.matrix, inputGradient: nil,
      weightGradient: weightGradient.matrix, biasGradient: nil, accumulating: false, on: workers)
    expectClose(
      weightGradient.values, MatmulTests.reference(outputGradient.matrix, true, input.matrix, false))
  }

  @Test(
    "Backward of a frozen weight, with a part of the input's gradient there already",
    arguments: [false, true])
  func backwardAdding(throughGELU: Bool) {
    let (rows, inputs, outputs) = (19, 23, 7)
    let (input, weight) = (Buffer(rows, inputs, seed: 1), Buffer(outputs, inputs, seed: 2))
    let (outputGradient, part) = (Buffer(rows, outputs, seed: 3), Buffer(rows, inputs, seed: 4))
    let preActivation = Buffer(rows, inputs, seed: 5)
    let product = MatmulTests.reference(outputGradient.matrix, false, weight.matrix, false)
    let sum = zip(product, part.doubles).map(+)
    // Times GELU's slope, by central differences.
    func gelu(_ x: Double) -> Double {
      0.5 * x * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
    let slopes = preActivation.doubles.map { (gelu($0 + 1e-5) - gelu($0 - 1e-5)) / 2e-5 }
    Linear.backward(
      outputGradient: outputGradient.matrix, input: input.matrix, weight: weight.matrix,
      inputGradient: part.matrix, addingToInputGradient: true, weightGradient: nil, biasGradient: nil,
      preActivation: throughGELU ? preActivation.matrix : nil, accumulating: false, on: workers)
    expectClose(part.values, throughGELU ? zip(sum, slopes).map(*) : sum)
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let (rows, inputs, outputs) = (130, 200, 517)
    let (input, weight) = (Buffer(rows, inputs, seed: 1), Buffer(outputs, inputs, seed: 2))
    let (bias, residual) = (Buffer(1, outputs, seed: 3), Buffer(rows, outputs, seed: 4))
    let (output, inputGradient) = (Buffer(unset: rows, outputs), Buffer(unset: rows, inputs))
    let (weightGradient, biasGradient) = (Buffer(unset: outputs, inputs), Buffer(unset: 1, outputs))
    expectSameBits {
      Linear.forward(
        input.matrix, weight: weight.matrix, bias: bias.matrix, residual: residual.matrix,
        into: output.matrix, on: $0)
      Linear.backward(
        outputGradient: output.matrix, input: input.matrix, weight: weight.matrix,
        inputGradient: inputGradient.matrix, weightGradient: weightGradient.matrix,
        biasGradient: biasGradient.matrix, accumulating: false, on: $0)
      return output.values + inputGradient.values + weightGradient.values + biasGradient.values
    }
  }
}
