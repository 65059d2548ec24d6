import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

/// The plan that nobody has to make.
@Suite struct FineTuningTests {
  private func configuration(_ channels: Int = 768, layers: Int = 12, positions: Int = 1024) throws
    -> Configuration
  {
    try Configuration(
      maximumSequenceLength: positions, vocabularySize: 50257, layers: layers, heads: channels / 64,
      channels: channels)
  }

  private func plan(
    _ tuning: FineTuning = FineTuning(), training: Int = 300_000, validation: Int = 32_768,
    available: Int? = nil, channels: Int = 768, positions: Int = 1024
  ) throws -> TrainingPlan {
    try tuning.plan(
      for: configuration(channels, positions: positions), trainingTokens: training,
      validationTokens: validation,
      available: available)
  }

  @Test func ofAUsualText() throws {
    let plan = try plan()
    #expect((plan.batchSize, plan.sequenceLength, plan.accumulation) == (4, 256, 1))
    #expect(plan.steps == 3 * 292)  // 299,999 / 1,024 = 292.97
    #expect(plan.learningRate.peak == 5e-5)
    #expect(plan.learningRate.warmUpSteps == 87)
    #expect(plan.trained == .all && plan.adapters == nil)
    #expect(plan.recomputing == .nothing)
    #expect(plan.validationInterval == 87)
  }

  @Test func moreEpochsThanARunCanMakeAreCutOff() throws {
    var tuning = FineTuning()
    tuning.epochs = .max
    #expect(try plan(tuning).steps == Int(Int32.max))
  }

  @Test func theRateFallsAsTheChannelsRise() throws {
    #expect(try plan(channels: 1600).learningRate.peak == 2.4e-5)
    #expect(try plan(channels: 64).learningRate.peak == 6e-4)
  }

  /// Batches fit in either file, with the token after their last, and an epoch has a few updates.
  @Test(arguments: [(17, 17), (18, 40), (200, 20), (700, 70), (5000, 555), (2000, 257), (1_000_000, 1025)])
  func batchesFitTheText(training: Int, validation: Int) throws {
    let plan = try plan(training: training, validation: validation)
    let batch = plan.batchSize * plan.sequenceLength
    #expect(batch < min(training, validation))
    #expect(plan.sequenceLength >= 16)
    #expect(plan.tokensPerStep <= 1024)
    #expect(plan.tokensPerStep == batch || plan.tokensPerStep * 8 <= training)
    #expect(plan.steps >= 3)
  }

  @Test(arguments: [(16, 1000), (1000, 16), (0, 0)])
  func tooLittleTextIsRefused(training: Int, validation: Int) {
    #expect(throws: FineTuningError.tooLittleText(training: training, validation: validation)) {
      try plan(training: training, validation: validation)
    }
  }

  @Test func aShortModelHasShortRows() throws {
    #expect(try plan(positions: 64).sequenceLength == 64)
    #expect(try plan(positions: 64).accumulation == 4)
  }

  /// The less memory there is, the more is computed again, then the smaller the batches, then adapters are trained.
  @Test func memoryDecides() throws {
    let configuration = try configuration()
    let whole = try plan()
    var last = whole.memory(for: configuration).total
    var kinds: [String] = []
    while last > 0 {
      let available = last - 1
      let plan = try plan(available: available)
      let needed = plan.memory(for: configuration).total
      guard needed <= available else { break }
      if plan.adapters == nil {
        kinds.append("whole \(plan.batchSize) \(plan.recomputing.rawValue)")
      } else {
        kinds.append("adapters \(plan.batchSize)x\(plan.sequenceLength) \(plan.recomputing.rawValue)")
        #expect(plan.learningRate.peak == 3e-4)
        #expect(plan.adapters?.rank == 8)
      }
      if plan.sequenceLength == 256 { #expect(plan.tokensPerStep == 1024) }
      last = needed
    }
    // A thirty-second is left free, so that some steps are taken at once.
    #expect(kinds.starts(with: ["whole 4 1", "whole 2 0"]), "\(kinds)")
    #expect(kinds.contains("adapters 4x256 0"), "\(kinds)")
    #expect(
      kinds.firstIndex { $0.hasPrefix("adapters") } ?? 0 > (kinds.lastIndex { $0.hasPrefix("whole") } ?? .max)
    )
  }

  @Test func adaptersAreTrainedWhereAskedFor() throws {
    var tuning = FineTuning()
    tuning.adapterRank = 4
    tuning.learningRate = 1e-3
    tuning.steps = 11
    let plan = try plan(tuning)
    #expect(plan.adapters?.rank == 4)
    #expect(plan.trained == .none)
    #expect(plan.learningRate.peak == 1e-3)
    #expect(plan.steps == 11)
    tuning.adapterRank = 1000
    #expect(throws: AdapterError.self) { try self.plan(tuning) }
  }

  /// Rows of the data's own making.
  @Test func ofInstructions() throws {
    let configuration = try configuration()
    let plan = try FineTuning().plan(for: configuration, sequenceLength: 90, rows: 130, available: nil)
    #expect((plan.batchSize, plan.sequenceLength, plan.accumulation) == (4, 90, 1))
    #expect(plan.steps == 3 * 32)
    let few = try FineTuning().plan(for: configuration, sequenceLength: 90, rows: 2, available: nil)
    #expect((few.batchSize, few.steps) == (2, 3))
  }
}
