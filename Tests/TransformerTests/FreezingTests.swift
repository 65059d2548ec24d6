import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// Training some tensors only: less memory and arithmetic, and otherwise what training all of them computes.
@Suite struct FreezingTests {
  /// Each tensor alone, so that the backward pass ends at every place it can; and sets of several.
  private static let sets =
    ParameterTensor.allCases.map { TensorSet([$0]) } + TensorSet.groups.map(\.tensors)
    + [
      TensorSet([.ln2b, .fcw, .lnfw]), TensorSet([.attprojw, .qkvb]),
      TensorSet([.wpe, .fcb]),
    ]

  @Test(arguments: sets, Precision.allCases)
  func gradientsHaveTheBitsOfTheFullBackwardPass(present: TensorSet, precision: Precision) throws {
    let run = try Run(precision: precision)
    let (loss, all) = try run.gradients(of: .all)
    let (sameLoss, some) = try run.gradients(of: present)
    #expect(sameLoss == loss)
    for tensor in present.tensors {
      #expect(bits(some, tensor) == bits(all, tensor), "\(tensor)")
    }
    #expect(some.values.count == present.tensors.reduce(0) { $0 + all.values(of: $1).count })
  }

  @Test(arguments: [TensorSet([.fcw, .fcb]), TensorSet([.wte, .lnfb])])
  func microBatchesAddUpAsInTheFullPass(present: TensorSet) throws {
    let run = try Run()
    let (all, some) = try (run.accumulated(.all), run.accumulated(present))
    for tensor in present.tensors { #expect(bits(some, tensor) == bits(all, tensor), "\(tensor)") }
  }

  @Test(arguments: sets)
  func anUpdateChangesTheTrainedTensorsAsItWouldAndNoOthers(trained: TensorSet) throws {
    let run = try Run()
    func updated(_ trained: TensorSet) throws -> Parameters {
      let parameters = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
      let (_, gradients) = try run.gradients(of: trained)
      let settings = Optimizer.Settings(weightDecay: 0.1)
      let optimizer = try Optimizer(parameters.configuration, training: trained, settings: settings)
      // A norm below 1 clips nothing, and so is the same for all sets.
      optimizer.update(
        parameters, gradients: gradients, learningRate: 1e-2, gradientNorm: 0.5, on: run.model.workers)
      return parameters
    }
    let (all, some) = try (updated(.all), updated(trained))
    for tensor in ParameterTensor.allCases {
      let expected = trained.contains(tensor) ? all : run.model.parameters
      #expect(bits(some, tensor) == bits(expected, tensor), "\(tensor)")
    }
    #expect(bits(all, .fcw) != bits(run.model.parameters, .fcw))
  }

  @Test func theNormIsThatOfTheTrainedTensors() throws {
    let run = try Run()
    let present = TensorSet([.ln1w, .fcprojw])
    let (_, all) = try run.gradients(of: .all)
    let squares = present.tensors.flatMap(all.copy).reduce(0.0) { $0 + Double($1) * Double($1) }
    let norm = Optimizer.norm(of: try run.gradients(of: present).gradients, on: run.model.workers)
    #expect(abs(Double(norm) - squares.squareRoot()) < 1e-5 * squares.squareRoot())
    #expect(Optimizer.norm(of: try run.gradients(of: .none).gradients, on: run.model.workers) == 0)
  }

  @Test func theFirstNonFiniteGradientIsFoundAmongThoseHeld() throws {
    let run = try Run()
    let gradients = try Parameters(zeroed: run.model.configuration, holding: TensorSet([.wpe, .fcb]))
    #expect(gradients.firstNonFinite(on: run.model.workers) == nil)
    gradients.values(of: .fcb)[5] = .nan
    let found = gradients.firstNonFinite(on: run.model.workers)
    #expect(found?.tensor == .fcb && found?.index == 5)
  }

  /// The gradients of activations are written on the way down, so what is still zero was not come by.
  @Test func thePassEndsBelowTheLowestTrainedTensor() throws {
    func touched(_ present: TensorSet) throws -> [Bool] {
      let run = try Run()
      _ = try run.gradients(of: present)
      let flow = run.activations.gradients
      return [flow.branch, flow.residual, flow.hidden].map { matrix in
        (0..<matrix.count).contains { matrix.base[$0] != 0 }
      }
    }
    #expect(try touched(.none) == [false, false, false])
    #expect(try touched(TensorSet([.lnfw])) == [true, true, false])
    #expect(try touched(TensorSet([.fcprojb])) == [true, true, true])
  }

  private func bits(_ parameters: Parameters, _ tensor: ParameterTensor) -> [UInt32] {
    parameters.copy(of: tensor).map(\.bitPattern)
  }
}

/// The awkward model on the batch of its reference state.
private struct Run {
  let model: Model
  private let state: ReferenceState
  let activations: Activations

  init(precision: Precision = .fp32) throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    state = try ReferenceState(
      contentsOf: TestFiles.fixture("awkward_debug_state.bin"), for: parameters.configuration)
    model = Model(parameters, precision: precision, on: Workers(count: 2))
    // What is computed again must be so where the pass ends early, too.
    activations = try Activations(
      model.configuration, batchSize: state.batchSize, sequenceLength: state.sequenceLength,
      keepingForBackward: true, recomputing: .geluAndNorms)
  }

  func gradients(of present: TensorSet) throws -> (loss: Float, gradients: Parameters) {
    let gradients = try Parameters(zeroed: model.configuration, holding: present)
    // What is not overwritten would stay as a seven.
    gradients.values.update(repeating: 7)
    try model.forward(state.tokens, into: activations)
    let loss = try model.backward(
      state.tokens, targets: state.targets, from: activations, into: gradients)
    return (loss, gradients)
  }

  /// Of the batch's three rows, one after the other.
  func accumulated(_ present: TensorSet) throws -> Parameters {
    let T = state.sequenceLength
    let row = try Activations(
      model.configuration, batchSize: 1, sequenceLength: T, keepingForBackward: true)
    let gradients = try Parameters(zeroed: model.configuration, holding: present)
    for index in 0..<3 {
      let tokens = Array(state.tokens[index * T..<(index + 1) * T])
      let targets = Array(state.targets[index * T..<(index + 1) * T])
      try model.forward(tokens, into: row)
      try model.backward(
        tokens, targets: targets, from: row, into: gradients, accumulating: index > 0, scale: 1 / 3)
    }
    return gradients
  }
}
