import GPT2BinaryFiles
import GPT2Evaluation
import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// The answers of Tests/Fixtures/instructions against PyTorch in double precision, which has each example alone
/// (dev/reference/make_instruction_reference.py).
@Suite struct InstructionReferenceTests {
  private struct Expected: Decodable {
    let examples: Int
    let tokens: Int
    let loss: Double
  }

  private static let names = ["pairs", "instructions", "messages"]
  private let expected: [String: Expected]
  private let model: Model

  init() throws {
    let json = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("instructions/expected.json")))
    expected = try JSONDecoder().decode([String: Expected].self, from: json)
    model = Model(try Checkpoint.read(TestFiles.fixture("instructions/model.bin")))
  }

  private func examples(_ name: String) throws -> [InstructionExample] {
    let file = try InstructionFile(contentsOf: TestFiles.fixture("instructions/\(name).jsonl"))
    let encoder = try InstructionEncoder(file.usualTemplate, .byteLevel)
    return file.records.map { encoder.example(of: $0.messages) }
  }

  private func loader(
    _ examples: [InstructionExample], batchSize: Int, length: Int, seed: UInt32? = nil
  ) throws -> InstructionLoader {
    try InstructionLoader(
      examples, from: "the fixtures", batchSize: batchSize, sequenceLength: length, shufflingBy: seed,
      padding: 256)
  }

  @Test func theMarkOfWhatIsIgnoredIsTheKernels() { #expect(TokenBatch.ignored == CrossEntropy.ignored) }

  /// All examples packed into one batch.
  @Test(arguments: [120, 192], [nil, 1, 2])
  func lossAndGradientsOfAPackedBatch(length: Int, seed: UInt32?) throws {
    let all = try Self.names.flatMap { try examples($0) }
    let rows = try loader(all, batchSize: 1, length: length, seed: seed).batchesPerEpoch
    var loader = try loader(all, batchSize: rows, length: length, seed: seed)
    #expect(loader.batchesPerEpoch == 1 && rows < all.count)
    let batch = loader.nextBatch()
    let wanted = try #require(expected["all"])
    #expect(batch.learntCount == wanted.tokens && all.count == wanted.examples)

    let activations = try Activations(
      model.configuration, batchSize: rows, sequenceLength: length, keepingForBackward: true)
    let gradients = try Parameters(zeroed: model.configuration)
    try model.forward(batch.inputs, in: batch.sequences(ofAtMost: .max, cutBefore: nil), into: activations)
    let loss = try model.backward(batch.inputs, targets: batch.targets, from: activations, into: gradients)
    #expect(abs(Double(loss) - wanted.loss) < 2e-6)

    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("instructions/gradients.bin")))
    var rest = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }[...]
    for tensor in ParameterTensor.allCases {
      let count = try #require(tensor.checkedCount(in: model.configuration, isPadded: false).value)
      let found = Array(gradients.values(of: tensor))
      #expect(
        Closeness.error(of: Array(found[..<count]), against: Array(rest.prefix(count))) < 1e-5, "\(tensor)")
      rest = rest.dropFirst(count)
    }
    #expect(rest.isEmpty)
  }

  /// As training measures it, batch by batch, of which the last has empty rows.
  @Test(arguments: names, [1, 4])
  func validationLoss(name: String, batchSize: Int) throws {
    let wanted = try #require(expected[name])
    let activations = try Activations(
      model.configuration, batchSize: batchSize, sequenceLength: 150, keepingForBackward: false)
    let loss = try Validation.loss(
      of: model, on: try loader(examples(name), batchSize: batchSize, length: 150), batches: .max,
      using: activations)
    #expect(abs(Double(try #require(loss)) - wanted.loss) < 2e-6)
  }

  /// As `evaluate` does, one by one.
  @Test(arguments: names)
  func evaluatedLoss(name: String) throws {
    let wanted = try #require(expected[name])
    let score = try InstructionEvaluation.score(
      try examples(name), by: LanguageModelScorer(LanguageModel(model)))
    #expect(score.scored == wanted.examples && score.tokens == wanted.tokens && !score.isPartial)
    #expect(abs(score.loss - wanted.loss) < 2e-6)
    #expect(abs(score.perplexity - exp(wanted.loss)) < 1e-3)
    let stopped = try InstructionEvaluation.score(
      try examples(name), by: LanguageModelScorer(LanguageModel(model)), isInterrupted: { true })
    #expect(stopped.isPartial && stopped.scored == 0)
  }

  /// A step of several batches has the gradients' norm and the loss of one that holds them all.
  @Test func batchesCountByTheirAnswers() throws {
    let all = try Self.names.flatMap { try examples($0) }
    func step(batchSize: Int, accumulation: Int) throws -> StepReport {
      let plan = TrainingPlan(
        batchSize: batchSize, sequenceLength: 120, accumulation: accumulation, steps: 1,
        learningRate: LearningRateSchedule(
          shape: .constant, peak: 1e-3, warmUpSteps: 0, steps: 1, finalFraction: 1),
        optimizer: Optimizer.Settings(), validationInterval: nil, validationBatches: 1, sampleInterval: nil,
        sampleLength: 1, seed: 1)
      let trainer = try Trainer(
        Model(try Checkpoint.read(TestFiles.fixture("instructions/model.bin"))), plan: plan,
        data: ReplicaData(try loader(all, batchSize: batchSize, length: 120)),
        watchedBy: TrainingWatch())
      var report: StepReport?
      try trainer.run { if case .step(let step) = $0 { report = step } }
      return try #require(report)
    }
    let rows = try loader(all, batchSize: 1, length: 120).batchesPerEpoch
    let whole = try step(batchSize: rows, accumulation: 1)
    let parts = try step(batchSize: 1, accumulation: rows)
    let wanted = try #require(expected["all"])
    #expect(abs(Double(whole.loss) - wanted.loss) < 2e-6)
    #expect(abs(parts.loss - whole.loss) < 2e-6)
    #expect(abs(parts.gradientNorm - whole.gradientNorm) < 1e-5 * whole.gradientNorm)
  }
}
