import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing

@testable import GPT2Transformer

/// The model against PyTorch, in double precision (dev/reference).
@Suite struct ForwardBackwardTests {
  static let fixtures = ["awkward", "tiny"]

  @Test(arguments: fixtures)
  func logitsLossAndGradientsEqualPyTorchs(name: String) throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("\(name).bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("\(name)_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters)
    let activations = try state.activations(for: model)
    try model.forward(state.tokens, into: activations)

    let V = model.configuration.vocabularySize
    var logits = [Float]()
    model.forEachLogitsRow(of: activations) { _, row in logits += row[..<V] }
    #expect(Closeness.error(of: logits, against: Array(state.logits)) < 2e-6)

    let gradients = try Parameters(zeroed: model.configuration)
    let loss = try model.backward(state.tokens, targets: state.targets, from: activations, into: gradients)
    #expect(abs(loss - state.loss) < 1e-6)
    for tensor in ParameterTensor.allCases {
      let error = Closeness.error(
        of: Array(gradients.values(of: tensor)), against: Array(state.gradient(of: tensor)))
      #expect(error < 1e-5, "gradient of \(tensor)")
    }
    #expect(try model.loss(targets: state.targets, from: activations) == loss)
  }

  /// As an answer is learnt without its question.
  @Test func ignoredTargetsAsPyTorchIgnoresThem() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("tiny_debug_state.bin"), for: parameters.configuration)
    let masked = try MaskedReference(TestFiles.fixture("tiny_masked.bin"), tokens: state.tokens.count)
    let model = Model(parameters)
    let activations = try state.activations(for: model)
    try model.forward(state.tokens, into: activations)
    let gradients = try Parameters(zeroed: model.configuration)
    let loss = try model.backward(
      state.tokens, targets: masked.targets, from: activations, into: gradients)
    #expect(abs(loss - masked.loss) < 1e-6)
    var rest = masked.gradients[...]
    for tensor in ParameterTensor.allCases {
      let count = try #require(tensor.checkedCount(in: model.configuration, isPadded: false).value)
      let found = Array(gradients.values(of: tensor))
      #expect(
        Closeness.error(of: Array(found[..<count]), against: Array(rest.prefix(count))) < 1e-5, "\(tensor)")
      #expect(found[count...].allSatisfy { $0 == 0 }, "padding rows of \(tensor)")
      rest = rest.dropFirst(count)
    }
    #expect(rest.isEmpty)
    #expect(try model.loss(targets: masked.targets, from: activations) == loss)
  }

  @Test func nothingToLearn() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("tiny_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters)
    let activations = try state.activations(for: model)
    try model.forward(state.tokens, into: activations)
    let gradients = try Parameters(zeroed: model.configuration)
    gradients.values.update(repeating: 7)
    let targets = [Int32](repeating: CrossEntropy.ignored, count: state.targets.count)
    #expect(try model.backward(state.tokens, targets: targets, from: activations, into: gradients) == 0)
    #expect(gradients.values.allSatisfy { $0 == 0 })
    #expect(throws: ModelError.tokenOutOfRange(token: -2, position: 1, vocabularySize: 31)) {
      try model.loss(targets: [-1, -2] + targets.dropFirst(2), from: activations)
    }
  }

  @Test(arguments: [1, 2, 5])
  func anyNumberOfThreadsGivesTheSameBits(threads: Int) throws {
    #expect(try trainedBits(threads: threads) == trainedBits(threads: 3))
  }

  @Test func theSameRunTwiceGivesTheSameBits() throws {
    #expect(try trainedBits(threads: 2) == trainedBits(threads: 2))
  }

  /// The bits of all weights and the loss after three updates.
  private func trainedBits(threads: Int) throws -> [UInt32] {
    let workers = Workers(count: threads)
    let parameters = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("awkward_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters, on: workers)
    let activations = try state.activations(for: model)
    let gradients = try Parameters(zeroed: model.configuration)
    let optimizer = try Optimizer(model.configuration, settings: .init(weightDecay: 0.1))
    var loss: Float = 0
    for _ in 0..<3 {
      try model.forward(state.tokens, into: activations)
      loss = try model.backward(state.tokens, targets: state.targets, from: activations, into: gradients)
      let norm = Optimizer.norm(of: gradients, on: workers)
      optimizer.update(
        parameters, gradients: gradients, learningRate: 1e-3, gradientNorm: norm, on: workers)
    }
    return parameters.values.map(\.bitPattern) + [loss.bitPattern]
  }

  @Test func accumulatingTwoScaledMicroBatchesGivesTheWholeBatchsGradient() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("tiny_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters)
    let T = state.sequenceLength
    let half = try Activations(
      model.configuration, batchSize: 1, sequenceLength: T, keepingForBackward: true)
    let gradients = try Parameters(zeroed: model.configuration)
    // What is not overwritten by the first micro-batch would stay as a seven.
    gradients.values.update(repeating: 7)
    for row in 0..<2 {
      let tokens = Array(state.tokens[row * T..<(row + 1) * T])
      let targets = Array(state.targets[row * T..<(row + 1) * T])
      try model.forward(tokens, into: half)
      try model.backward(
        tokens, targets: targets, from: half, into: gradients, accumulating: row > 0, scale: 0.5)
    }
    for tensor in ParameterTensor.allCases {
      let error = Closeness.error(
        of: Array(gradients.values(of: tensor)), against: Array(state.gradient(of: tensor)))
      #expect(error < 1e-5, "gradient of \(tensor)")
    }
  }

  @Test func aForwardPassThatKeepsNothingGivesTheSameLogits() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("awkward.bin"))
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("awkward_debug_state.bin"), for: parameters.configuration)
    let model = Model(parameters)
    let kept = try state.activations(for: model)
    // Made for more than is used, as when a text grows.
    let lean = try Activations(
      model.configuration, batchSize: state.batchSize + 2, sequenceLength: state.sequenceLength + 3,
      keepingForBackward: false)
    lean.reshape(batchSize: state.batchSize, sequenceLength: state.sequenceLength)
    try model.forward(state.tokens, into: kept)
    try model.forward(state.tokens, into: lean)
    #expect(
      try model.loss(targets: state.targets, from: kept) == model.loss(targets: state.targets, from: lean))
  }

  @Test func batchesThatDoNotFitAreRefused() throws {
    let model = Model(try Checkpoint.read(TestFiles.fixture("tiny.bin")))
    let activations = try Activations(
      model.configuration, batchSize: 1, sequenceLength: 3, keepingForBackward: false)
    #expect(throws: ModelError.wrongTokenCount(found: 2, expected: 3)) {
      try model.forward([0, 1], into: activations)
    }
    #expect(throws: ModelError.tokenOutOfRange(token: 31, position: 2, vocabularySize: 31)) {
      try model.forward([0, 1, 31], into: activations)
    }
    #expect(throws: ModelError.tokenOutOfRange(token: -1, position: 0, vocabularySize: 31)) {
      try model.forward([-1, 1, 2], into: activations)
    }
    let long = try Activations(
      model.configuration, batchSize: 1, sequenceLength: 10, keepingForBackward: false)
    #expect(throws: ModelError.sequenceTooLong(found: 10, maximum: 9)) {
      try model.forward([Int32](repeating: 0, count: 10), into: long)
    }
  }
}

extension ReferenceState {
  func activations(for model: Model) throws -> Activations {
    try Activations(
      model.configuration, batchSize: batchSize, sequenceLength: sequenceLength, keepingForBackward: true)
  }
}
