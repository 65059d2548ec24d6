import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Passes through a model with adapters, and training of the adapters alone.
@Suite struct AdapterTrainingTests {
  @Test(arguments: Precision.allCases)
  func freshOnesChangeNoBit(precision: Precision) throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    let fresh = try LowRankAdapters(random: AdaptedModel.layout(parameters.configuration))
    let adapted = try AdaptedModel(adapters: fresh, precision: precision)
    try adapted.model.forward(adapted.state.tokens, into: adapted.activations)
    let logits = adapted.logits
    let plain = Model(adapted.model.parameters, precision: precision, on: adapted.model.workers)
    try plain.forward(adapted.state.tokens, into: adapted.activations)
    #expect(logits.map(\.bitPattern) == adapted.logits.map(\.bitPattern))
  }

  /// Against central differences of a GPT-2 in double precision, to whose weights s·B·A is added: their own error
  /// is about 1e-9, so what is allowed is the fp32 gradients' rounding.
  @Test(arguments: AdapterLayout.possibleTargets.tensors)
  func gradientsEqualFiniteDifferences(target: ParameterTensor) throws {
    let configuration = try Checkpoint.read(TestFiles.fixture("tiny.bin")).configuration
    let adapters = try AdaptedModel.randomAdapters(configuration, targets: TensorSet([target]))
    let adapted = try AdaptedModel("tiny", adapters: adapters)
    let gradients = try #require(try adapted.gradients().gradients.adapters)
    let start = try #require(gradients.values.baseAddress)
    /// The loss with one value changed.
    func loss(_ place: Int, _ change: Double) -> Double {
      var values = adapters.values.map(Double.init)
      values[place] += change
      let plain = PlainGPT2(adapted.model.parameters, adapters.layout, values: values)
      let losses = adapted.sequences.flatMap(plain.losses)
      return losses.reduce(0, +) / Double(losses.count)
    }
    let size = gradients.values.reduce(0.0) { max($0, Double(abs($1))) }
    var random = SeededRandom(seed: 5)
    for layer in 0..<configuration.layers {
      let factors = try #require(gradients[target, layer])
      for matrix in [factors.a, factors.b] {
        for _ in 0..<4 {
          let index = Int.random(in: 0..<matrix.count, using: &random)
          let place = start.distance(to: matrix.base) + index
          let slope = (loss(place, 1e-5) - loss(place, -1e-5)) / 2e-5
          #expect(
            abs(slope - Double(matrix.base[index])) < 1e-5 * size, "\(target), layer \(layer), \(place)")
        }
      }
    }
  }

  @Test func microBatchesAddUpToTheWholeBatchsGradient() throws {
    let adapted = try AdaptedModel("tiny")
    let whole = try adapted.gradients().gradients
    let T = adapted.state.sequenceLength
    let half = try Activations(
      adapted.model.configuration, batchSize: 1, sequenceLength: T, keepingForBackward: true)
    let gradients = try Parameters(
      zeroed: adapted.model.configuration, holding: .none, adapters: adapted.adapters.layout)
    gradients.values.update(repeating: 7)
    for row in 0..<2 {
      let tokens = Array(adapted.state.tokens[row * T..<(row + 1) * T])
      let targets = Array(adapted.state.targets[row * T..<(row + 1) * T])
      try adapted.model.forward(tokens, into: half)
      try adapted.model.backward(
        tokens, targets: targets, from: half, into: gradients, accumulating: row > 0, scale: 0.5)
    }
    #expect(Closeness.error(of: Array(gradients.values), against: Array(whole.values)) < 1e-5)
  }

  /// The bits do not depend on what else is trained, nor on what is computed again.
  @Test(arguments: Precision.allCases)
  func gradientsAreTheSameBitsWhateverElseIsTrained(precision: Precision) throws {
    let adapted = try AdaptedModel(precision: precision)
    let (loss, both) = try adapted.gradients(of: .all)
    let (aloneLoss, alone) = try adapted.gradients()
    let (_, base) = try adapted.gradients(of: .all, ofAdapters: false)
    let adapters = try #require(both.adapters).copy().map(\.bitPattern)
    #expect(aloneLoss == loss)
    #expect(alone.values.map(\.bitPattern) == adapters)
    for tensor in ParameterTensor.allCases { #expect(base.copy(of: tensor) == both.copy(of: tensor)) }
    let lean = try AdaptedModel(precision: precision, recomputing: .geluAndNorms)
    #expect(try lean.gradients().gradients.copy().map(\.bitPattern) == adapters)
  }

  /// What the tensors' gradients are beside adapters: those of a model whose weights have the adapters in them.
  @Test func theTensorsGradientsAreThoseOfTheMergedModel() throws {
    let adapted = try AdaptedModel()
    let (loss, gradients) = try adapted.gradients(of: .all)
    let merged = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    adapted.adapters.merge(into: merged, on: adapted.model.workers)
    let model = Model(merged, on: adapted.model.workers)
    let expected = try Parameters(zeroed: model.configuration)
    try model.forward(adapted.state.tokens, into: adapted.activations)
    let mergedLoss = try model.backward(
      adapted.state.tokens, targets: adapted.state.targets, from: adapted.activations, into: expected)
    #expect(abs(loss - mergedLoss) < 2e-6)
    for tensor in ParameterTensor.allCases {
      let error = Closeness.error(of: gradients.copy(of: tensor), against: expected.copy(of: tensor))
      #expect(error < 1e-5, "\(tensor)")
    }
  }

  @Test(arguments: Precision.allCases)
  func trainingIsTheSameBitsOnAnyNumberOfThreadsAndLeavesTheWeightsAlone(precision: Precision) throws {
    let untouched = try Checkpoint.read(TestFiles.fixture("awkward.bin")).copy().map(\.bitPattern)
    func trained(_ threads: Int) throws -> [UInt32] {
      let adapted = try AdaptedModel(precision: precision, threads: threads)
      let before = adapted.adapters.copy()
      let losses = try adapted.train(3, settings: .init(weightDecay: 0.1), learningRate: 1e-2)
      #expect(adapted.model.parameters.values.map(\.bitPattern) == untouched)
      #expect(zip(before, adapted.adapters.values).allSatisfy { $0 != $1 })
      #expect(losses[2] < losses[0])
      return (adapted.adapters.copy() + losses).map(\.bitPattern)
    }
    let expected = try trained(1)
    for threads in [2, 5] { #expect(try trained(threads) == expected) }
  }

  @Test func tensorsAndAdaptersAreTrainedTogether() throws {
    let adapted = try AdaptedModel()
    let biases = try TensorSet(names: "biases")
    let untouched = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    let (_, gradients) = try adapted.gradients(of: biases)
    let norm = Optimizer.norm(of: gradients, on: adapted.model.workers)
    let squares = gradients.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(Double(norm) - squares.squareRoot()) < 1e-5 * squares.squareRoot())
    let before = adapted.adapters.copy()
    let optimizer = try Optimizer(
      adapted.model.configuration, training: biases, adapters: adapted.adapters.layout, settings: .init())
    optimizer.update(
      adapted.model.parameters, adapters: adapted.adapters, gradients: gradients, learningRate: 1e-3,
      gradientNorm: norm, on: adapted.model.workers)
    #expect(zip(before, adapted.adapters.values).allSatisfy { $0 != $1 })
    for tensor in ParameterTensor.allCases {
      let isSame = adapted.model.parameters.copy(of: tensor) == untouched.copy(of: tensor)
      #expect(isSame != biases.contains(tensor), "\(tensor)")
    }
  }
}
