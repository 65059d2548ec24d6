import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// The gradient of the loss with respect to weights of every tensor, against central finite differences of
/// the model's own forward pass: backward cannot agree with forward by mistake.
@Suite struct WholeModelGradientTests {
  @Test func everyTensorsGradientEqualsFiniteDifferences() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("tiny_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters)
    let activations = try state.activations(for: model)
    let gradients = try Parameters(zeroed: model.configuration)
    try model.forward(state.tokens, into: activations)
    try model.backward(state.tokens, targets: state.targets, from: activations, into: gradients)

    var random = SeededRandom(seed: 11)
    for tensor in ParameterTensor.allCases {
      let weights = parameters.values(of: tensor)
      let gradient = gradients.values(of: tensor)
      let size = gradient.reduce(0) { max($0, abs($1)) }
      for _ in 0..<6 {
        let index = Int.random(in: 0..<weights.count, using: &random)
        let step: Float = 4e-3
        let original = weights[index]
        func loss(at value: Float) throws -> Double {
          weights[index] = value
          defer { weights[index] = original }
          return try self.loss(of: model, on: state, activations)
        }
        let slope = try (loss(at: original + step) - loss(at: original - step)) / Double(2 * step)
        // fp32 rounding of the loss divided by the step, and the step's own third-order error.
        #expect(abs(slope - Double(gradient[index])) < 3e-4 + 2e-2 * Double(size), "\(tensor)[\(index)]")
      }
    }
  }

  /// In double precision from fp32 logits, since the fp32 mean would round away what is measured.
  private func loss(
    of model: Model, on state: ReferenceState, _ activations: Activations
  ) throws -> Double {
    try model.forward(state.tokens, into: activations)
    let V = model.configuration.vocabularySize
    var sum = 0.0
    model.forEachLogitsRow(of: activations) { row, logits in
      let values = logits[..<V].map(Double.init)
      let greatest = values.max() ?? 0
      sum +=
        greatest + naturalLogarithm(values.reduce(0) { $0 + exponential($1 - greatest) })
        - values[Int(state.targets[row])]
    }
    return sum / Double(state.tokens.count)
  }
}
