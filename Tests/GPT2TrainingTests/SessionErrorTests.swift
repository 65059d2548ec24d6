import GPT2BinaryFiles
import Foundation
import GPT2Training
import TestSupport
import Testing
import GPT2Tokens

/// What cannot be trained says so before anything large is allocated, one test for each cause.
@Suite struct SessionErrorTests {
  private let data: DataLoader

  init() throws { data = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 16) }

  private func expectError(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    #expect(sourceLocation: sourceLocation) {
      try body()
    } throws: { error in
      "\(error)".contains(words) && error.localizedDescription == "\(error)"
    }
  }

  private func expectRefusal(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout TrainingPlan) -> Void
  ) {
    var plan = TrainingPlan(for: data, steps: 5)
    change(&plan)
    expectError(words, sourceLocation: sourceLocation) {
      _ = try TrainingSession(Story.model(), on: data, plan: plan)
    }
  }

  @Test func counts() {
    expectRefusal("found steps = 0, expected from 1") { $0 = TrainingPlan(for: data, steps: 0) }
    expectRefusal("found accumulation = 0, expected at least 1") { $0.accumulation = 0 }
    expectRefusal("found validationInterval = 0, expected at least 1") { $0.validationInterval = 0 }
    expectRefusal("found validationBatches = 0, expected at least 1") { $0.validationBatches = 0 }
    expectRefusal("found sampleInterval = -1, expected at least 1") { $0.sampleInterval = -1 }
    expectRefusal("found sampleLength = 0, expected at least 1") { $0.sampleLength = 0 }
    expectRefusal("found patience = 0, expected at least 1") { $0.patience = 0 }
    expectRefusal("expected nil without validation losses") {
      ($0.patience, $0.validationInterval) = (1, nil)
    }
    expectRefusal("found batchWarmUpSteps = 2, expected 0") { $0.batchWarmUpSteps = 2 }
    expectRefusal("found sequenceWarmUp.firstLength = 16, expected less than T = 16") {
      $0.sequenceWarmUp = SequenceWarmUp(steps: 2, firstLength: 16)
    }
    expectRefusal("found trained = ") { $0.trained = .none }
  }

  /// The command's.
  @Test func limits() {
    expectRefusal("found batchSize = 1048577, expected at most") { $0.batchSize = (1 << 20) + 1 }
    expectRefusal("found sampleLength = 2147483648, expected at most 1000000") { $0.sampleLength = 1 << 31 }
    expectRefusal("found validationInterval = 2147483648, expected at most") {
      $0.validationInterval = 1 << 31
    }
    expectRefusal("found sampleInterval = 2147483648, expected at most") { $0.sampleInterval = 1 << 31 }
    expectRefusal("found patience = 2147483648, expected at most") { $0.patience = 1 << 31 }
    expectRefusal("found learningRate.warmUpSteps = 2147483648, expected at most") {
      $0 = TrainingPlan(for: data, steps: 5, warmUpSteps: 1 << 31)
    }
    expectRefusal("found batchWarmUpSteps = 100000001, expected at most") {
      ($0.accumulation, $0.batchWarmUpSteps) = (2, 100_000_001)
    }
    // Gradients of so many batches, with steps to be found for them.
    expectRefusal("found accumulation = \(Int.max), expected at most") {
      $0 = TrainingPlan(for: data, accumulation: .max)
    }
    expectRefusal("found accumulation = 67108864, expected at most 67108863") { $0.accumulation = 1 << 26 }
  }

  /// They would never grow to T.
  @Test(arguments: [0, -1]) func firstLengths(length: Int) {
    expectRefusal("found sequenceWarmUp.firstLength = \(length), expected at least 1") {
      $0.sequenceWarmUp = SequenceWarmUp(steps: 2, firstLength: 4)
      $0.sequenceWarmUp?.firstLength = length
    }
  }

  @Test func outliers() {
    expectRefusal("found outliers.loss = nan, expected a finite number above 0, or nil") {
      $0.outliers.loss = Double.nan
    }
    expectRefusal("found outliers.gradientNorm = 0.0, expected a finite number above 0, or nil") {
      $0.outliers.gradientNorm = 0
    }
  }

  @Test func rates() {
    expectRefusal("found learningRate.peak = nan, expected a finite number") {
      $0.learningRate = LearningRateSchedule(peak: .nan, steps: 5)
    }
    expectRefusal("found learningRate.warmUpSteps = -1") {
      $0 = TrainingPlan(for: data, steps: 5, warmUpSteps: -1)
    }
    expectRefusal("found learningRate.finalFraction = -1.0") {
      $0 = TrainingPlan(for: data, steps: 5, finalFraction: -1)
    }
    expectRefusal("found optimizer.beta1 = 1.0, expected a number from 0 to less than 1") {
      $0.optimizer.beta1 = 1
    }
    expectRefusal("found optimizer.beta2 = -0.5") { $0.optimizer.beta2 = -0.5 }
    expectRefusal("found optimizer.momentum = 2.0") { $0.optimizer.momentum = 2 }
    expectRefusal("found optimizer.epsilon = 0.0, expected a finite number above 0") {
      $0.optimizer.epsilon = 0
    }
    expectRefusal("found optimizer.weightDecay = -1.0") { $0.optimizer.weightDecay = -1 }
    expectRefusal("found optimizer.maximumGradientNorm = inf") {
      $0.optimizer.maximumGradientNorm = .infinity
    }
    expectRefusal("found emaDecay = 1.0") { $0.emaDecay = 1 }
  }

  @Test func adapters() throws {
    let other = try StartingModel(size: "2x2x16", positions: 32)
    expectError("found rank 17, expected a value from 1 to the model's 16 channels") {
      var plan = TrainingPlan(for: data)
      try plan.trainAdapters(rank: 17, of: Story.model())
    }
    var plan = TrainingPlan(for: data)
    try plan.trainAdapters(rank: 2, of: other)
    expectError("found adapters = those of another model") {
      _ = try TrainingSession(Story.model(), on: data, plan: plan)
    }
    plan.emaDecay = 0.5
    expectError("found emaDecay = 0.5, expected nil beside adapters") {
      _ = try TrainingSession(other, on: data, plan: plan)
    }
  }

  @Test func batches() throws {
    let wide = try DataLoader(text: Story.text, batchSize: 3, sequenceLength: 16)
    expectError("found B x T = 3 x 16 in the validation data, expected 2 x 16") {
      _ = try TrainingSession(Story.model(), on: data, validation: wide)
    }
    expectError("found B x T = 3 x 16 in the plan, expected 2 x 16") {
      _ = try TrainingSession(Story.model(), on: data, plan: TrainingPlan(for: wide))
    }
    let long = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 33)
    expectError("found a sequence of 33 tokens") { _ = try TrainingSession(Story.model(), on: long) }
  }

  @Test func tokensThatTheModelHasNot() throws {
    let strange = try DataLoader(tokens: [Int](repeating: 999, count: 99), batchSize: 2, sequenceLength: 16)
    expectError("the tokens: found token 999") { _ = try TrainingSession(Story.model(), on: strange) }
    expectError("the tokens: found token 999") {
      _ = try TrainingSession(Story.model(), on: data, validation: strange)
    }
  }

  @Test func texts() {
    expectError("the tokens: found 4 tokens, expected more than 32") {
      _ = try DataLoader(text: "abc", batchSize: 2, sequenceLength: 16)
    }
  }

  @Test func models() {
    expectError("found a model size \"d99\", expected d1 to d12") { _ = try StartingModel(size: "d99") }
    expectError("found heads = 3, expected a divisor of the 16 channels") {
      _ = try StartingModel(size: "1x3x16")
    }
    expectError("found maximum sequence length = 0") { _ = try StartingModel(size: "1x2x16", positions: 0) }
    expectError("nowhere.gguf: no such file") { _ = try StartingModel(contentsOf: "nowhere.gguf") }
  }

  @Test func memory() throws {
    let huge = try StartingModel(size: "gpt3:c12288")
    expectError("not enough memory: found ") { _ = try TrainingSession(huge, on: data) }
  }

  @Test func policies() {
    for policy in [
      CheckpointPolicy(interval: 0), CheckpointPolicy(kept: -1), CheckpointPolicy(majorInterval: 0),
    ] {
      expectError("expected at least 1, or nil") {
        _ = try TrainingSession(Story.model(), on: data, checkpoints: policy)
      }
    }
  }

  /// Found before any work.
  @Test func aDirectoryThatIsAFile() throws {
    let directory = try TemporaryDirectory()
    let file = directory.file("file")
    try Data().write(to: URL(fileURLWithPath: file))
    expectError("\(file): ") {
      _ = try TrainingSession(Story.model(), on: data, directory: RunDirectory(file))
    }
  }

  /// What ends training before there is a model is told by both.
  @Test func aModelThatIsLost() async throws {
    let directory = try TemporaryDirectory()
    var plan = TrainingPlan(for: data, steps: 1)
    plan.sampleInterval = nil
    let run = directory.file("run")
    try await TrainingSession(Story.model(), on: data, plan: plan, directory: RunDirectory(run)).train()
    let path = run + "/model_00000001.bin"
    let session = try TrainingSession(
      StartingModel(contentsOf: path, tokenizer: run + "/tokenizer.bin"), on: data, plan: plan)
    try FileManager.default.removeItem(atPath: path)
    await #expect(throws: FileError(path, .notFound)) { try await session.train() }
    await #expect(throws: FileError(path, .notFound)) { try await session.gpt2() }
  }
}
