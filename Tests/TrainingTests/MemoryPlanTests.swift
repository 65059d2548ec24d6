import GPT2BinaryFiles
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

@Suite struct MemoryPlanTests {
  private func configuration() throws -> Configuration {
    try Checkpoint.read(TestFiles.fixture("awkward.bin")).configuration
  }

  private func plan(
    batchSize: Int = 3, sequenceLength: Int = 13, recomputing: Recomputation = .nothing,
    sampleInterval: Int? = nil
  ) -> TrainingPlan {
    TrainingPlan(
      batchSize: batchSize, sequenceLength: sequenceLength, recomputing: recomputing, steps: 1,
      learningRate: LearningRateSchedule(
        shape: .constant, peak: 1e-3, warmUpSteps: 0, steps: 1, finalFraction: 1),
      optimizer: Optimizer.Settings(), validationInterval: nil, validationBatches: 1,
      sampleInterval: sampleInterval, sampleLength: 5, seed: 1)
  }

  @Test(arguments: Recomputation.allCases)
  func everyPartHasTheSizeOfWhatIsAllocated(recomputing: Recomputation) throws {
    let configuration = try configuration()
    let memory = plan(recomputing: recomputing).memory(for: configuration)
    let weights = try Parameters(zeroed: configuration)
    let optimizer = try Optimizer(configuration, settings: .init())
    #expect(memory.weights == 4 * weights.values.count)
    #expect(memory.gradients == 4 * weights.values.count)
    #expect(
      memory.moments == 4 * optimizer.states.reduce(0) { $0 + $1.values.count })
    func activations(_ recomputing: Recomputation) throws -> Int {
      try 4
        * Activations(
          configuration, batchSize: 3, sequenceLength: 13, keepingForBackward: true, recomputing: recomputing
        ).valueCount
    }
    #expect(memory.activations + memory.scratch == (try activations(recomputing)))
    #expect(memory.savedByRecomputing == (try activations(.nothing) - activations(recomputing)))
    #expect(
      memory.total == memory.weights + memory.gradients + memory.moments + memory.activations
        + memory.scratch + MemoryPlan.programBytes)
  }

  @Test func theAverageIsACopyOfTheWeights() throws {
    let configuration = try configuration()
    var plan = plan()
    let without = plan.memory(for: configuration)
    plan.emaDecay = 0.9
    plan.trained = try TensorSet(names: "biases")
    let memory = plan.memory(for: configuration)
    plan.emaDecay = nil
    #expect(without.average == 0 && memory.average == memory.weights)
    #expect(memory.total == plan.memory(for: configuration).total + memory.average)
  }

  @Test(arguments: ["muon", "normuon", "biases", "adapters"])
  func whatIsNotTrainedTakesNoMemory(kind: String) throws {
    let configuration = try configuration()
    var plan = plan()
    switch kind {
    case "muon": plan.optimizer.method = .muon
    case "normuon": plan.optimizer.method = .norMuon
    case "biases": plan.trained = try TensorSet(names: "biases")
    default:
      plan.trained = .none
      plan.adapters = try AdapterLayout(configuration, rank: 2, alpha: 4, targets: TensorSet([.fcw]))
    }
    let memory = plan.memory(for: configuration)
    let gradients = try Parameters(zeroed: configuration, holding: plan.trained, adapters: plan.adapters)
    let optimizer = try Optimizer(
      configuration, training: plan.trained, adapters: plan.adapters, settings: plan.optimizer)
    #expect(memory.gradients == 4 * gradients.values.count)
    #expect(
      memory.moments == 4 * optimizer.states.reduce(0) { $0 + $1.values.count })
    let adapters = plan.adapters?.valueCount ?? 0
    #expect(memory.weights == 4 * (try Parameters(zeroed: configuration).values.count + adapters))
    #expect(memory.total < self.plan().memory(for: configuration).total || kind.hasSuffix("muon"))
  }

  @Test func aSamplesForwardPassCountsIfThereIsOne() throws {
    let configuration = try configuration()
    let without = plan().memory(for: configuration)
    let with = plan(sampleInterval: 1).memory(for: configuration)
    let pass = try Activations(configuration, batchSize: 1, sequenceLength: 6, keepingForBackward: false)
    #expect(
      with.scratch - without.scratch == 4 * (pass.valueCount + configuration.paddedVocabularySize))
  }

  @Test func sizesThatOverflowAreTheLargestThereAre() throws {
    let memory = plan(batchSize: .max).memory(for: try configuration())
    #expect(memory.activations == .max)
    #expect(memory.total == .max)
  }

  @Test func aPlanThatFitsChangesAsLittleAsPossible() throws {
    let configuration = try configuration()
    func total(_ plan: TrainingPlan) -> Int { plan.memory(for: configuration).total }
    func fitting(_ bytes: Int) throws -> TrainingPlan {
      try #require(plan().fitting(bytes, for: configuration))
    }
    let levels = Recomputation.allCases.map { total(plan(recomputing: $0)) }

    #expect(try fitting(levels[0]).recomputing == .nothing)
    #expect(try fitting(levels[0] - 1).recomputing == .gelu)
    #expect(try fitting(levels[1] - 1).recomputing == .geluAndNorms)
    #expect(try fitting(levels[2]).batchSize == 3)
    let smaller = try fitting(levels[2] - 1)
    #expect(smaller.recomputing == .geluAndNorms && smaller.batchSize == 2 && smaller.sequenceLength == 13)

    let one = plan(batchSize: 1, recomputing: .geluAndNorms)
    let shorter = try fitting(total(one) - 1)
    #expect(shorter.batchSize == 1 && shorter.sequenceLength == 12)
    let least = total(plan(batchSize: 1, sequenceLength: 1, recomputing: .geluAndNorms))
    #expect(try fitting(least).sequenceLength == 1)
    #expect(plan().fitting(least - 1, for: configuration) == nil)
  }

  @Test func ofABatchTooLargeToCountTheLargestThatFitsIsFound() throws {
    let configuration = try configuration()
    let bytes = plan(batchSize: 1000, recomputing: .geluAndNorms).memory(for: configuration).total
    #expect(plan(batchSize: .max).fitting(bytes, for: configuration)?.batchSize == 1000)
  }
}
