import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// Shorter sequences and fewer batches in the first steps.
@Suite struct WarmUpTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  private func plan(
    steps: Int, sequences: SequenceWarmUp? = nil, batchSteps: Int = 0, accumulation: Int = 3
  ) -> TrainingPlan {
    var plan = workspace.plan(steps: steps)
    plan.sequenceWarmUp = sequences
    plan.batchWarmUpSteps = batchSteps
    plan.accumulation = accumulation
    return plan
  }

  @Test func sequencesGetTwiceAsLong() {
    let warmUp = SequenceWarmUp(steps: 300, firstLength: 8)
    let lengths = [0: 8, 99: 8, 100: 16, 199: 16, 200: 32, 299: 32, 300: 64, 1_000_000: 64]
    for (step, length) in lengths { #expect(warmUp.length(at: step, of: 64) == length, "step \(step)") }
    // Lengths that are no power of two times the first.
    let odd = SequenceWarmUp(steps: 9, firstLength: 2)
    #expect((0...9).map { odd.length(at: $0, of: 7) } == [2, 2, 2, 2, 2, 4, 4, 4, 4, 7])
    // Fewer steps than lengths.
    let short = SequenceWarmUp(steps: 2, firstLength: 1)
    #expect((0...2).map { short.length(at: $0, of: 1024) } == [1, 32, 1024])
    #expect(SequenceWarmUp(steps: 5, firstLength: 7).length(at: 0, of: 7) == 7)
    #expect(SequenceWarmUp(steps: 0, firstLength: 1).length(at: 0, of: 7) == 7)
  }

  @Test func batchesGrowLinearly() {
    var plan = plan(steps: 20, batchSteps: 10, accumulation: 12)
    plan.replicas = 2
    #expect((0...11).map(plan.accumulation(at:)) == [2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12])
    plan.batchWarmUpSteps = 3
    #expect((0...4).map(plan.accumulation(at:)) == [2, 4, 8, 12, 12])
    plan.batchWarmUpSteps = 0
    #expect(plan.accumulation(at: 0) == 12)
  }

  @Test(arguments: [0, 1, 3, 10, 17], [1, 2, 5])
  func tokensOfAllStepsAreCounted(warmUpSteps: Int, share: Int) {
    var plan = plan(steps: 20, batchSteps: warmUpSteps, accumulation: 2 * share)
    plan.replicas = 2
    func sum(_ steps: Range<Int>) -> Int { steps.reduce(0) { $0 + 2 * 7 * plan.accumulation(at: $1) } }
    for steps in [0..<0, 0..<1, 0..<20, 2..<9, 9..<11, 10..<20, 18..<40] {
      #expect(plan.tokens(in: steps) == sum(steps), "\(steps)")
    }
    for steps in 1...25 {
      #expect(plan.steps(over: sum(0..<steps)) == steps)
      #expect(plan.steps(over: sum(0..<steps + 1) - 1) == steps)
    }
    #expect(plan.steps(over: 0) == 1, "one at least")
  }

  private func firstStep(_ plan: TrainingPlan) throws -> (loss: Float, weights: [Float]) {
    let trainer = try workspace.trainer(plan, shuffling: false)
    var loss: Float = 0
    try trainer.run { if case .step(let report) = $0 { loss = report.loss } }
    return (loss, trainer.model.parameters.copy())
  }

  /// Two rows of eight tokens, cut into halves, are four rows of four.
  @Test func aCutRowIsTwoRows() throws {
    var cut = plan(steps: 1, sequences: SequenceWarmUp(steps: 5, firstLength: 4), accumulation: 1)
    (cut.batchSize, cut.sequenceLength, cut.validationInterval) = (2, 8, nil)
    var short = plan(steps: 1, accumulation: 1)
    (short.batchSize, short.sequenceLength, short.validationInterval) = (4, 4, nil)
    var long = cut
    long.sequenceWarmUp = nil
    let steps = try [cut, short, long].map(firstStep)
    #expect(abs(steps[0].loss - steps[1].loss) < 1e-6)
    // The first update of AdamW is of the rate's size whatever gradients are: only those near zero may differ.
    let differences = zip(steps[0].weights, steps[1].weights).map { abs($0 - $1) }
    #expect(differences.filter { $0 > 1e-4 }.count < differences.count / 100)
    #expect(steps[2].loss != steps[0].loss)
  }

  /// Seven tokens as four and three.
  @Test func theLastSequenceOfARowMayBeShorter() throws {
    let batch = TokenBatch(
      inputs: Array(0..<14), targets: Array(1..<15), batchSize: 2, sequenceLength: 7)
    #expect(batch.sequences(ofAtMost: 4, cutBefore: nil)?.ranges == [0..<4, 4..<7, 7..<11, 11..<14])
    #expect(batch.sequences(ofAtMost: 7, cutBefore: nil) == nil)
    let cut = TokenBatch(
      inputs: Array(0..<14), targets: Array(1..<15), batchSize: 2, sequenceLength: 7, lengths: [7, 2, 5])
    #expect(cut.sequences(ofAtMost: 7, cutBefore: nil)?.ranges == [0..<7, 7..<9, 9..<14])
  }

  /// One, two and three batches, in the order in which they always come.
  @Test func growingBatchesTakeTheirTokensInOrder() throws {
    let trainer = try workspace.trainer(plan(steps: 4, batchSteps: 2), shuffling: false)
    var (tokens, losses): ([Int], [Float]) = ([], [])
    try trainer.run {
      guard case .step(let report) = $0 else { return }
      tokens.append(Int((report.tokensPerSecond * report.seconds).rounded()))
      losses.append(report.loss)
    }
    #expect(tokens == [1, 2, 3, 3].map { $0 * 14 })
    #expect(trainer.state.data[0].sample == 9, "batches read")
    #expect(losses[0] == (try firstStep(plan(steps: 1, accumulation: 1)).loss))
  }

  @Test(arguments: [1, 4, 7])
  func aRunInTwoPartsGivesTheSameBytes(firstPart: Int) throws {
    let plan = plan(steps: 11, sequences: SequenceWarmUp(steps: 8, firstLength: 2), batchSteps: 6)
    try workspace.run(try workspace.trainer(plan), in: "straight").run { _ in }
    var stepsSeen = 0
    let first = try workspace.run(try workspace.trainer(plan), in: "cut")
    try first.run(isInterrupted: { stepsSeen == firstPart }) { if case .step = $0 { stepsSeen += 1 } }
    _ = try first.finish("interrupted") { _ in }
    try workspace.run(try workspace.resumed("cut", plan: plan), in: "cut", use: .resuming).run { _ in }
    func files(_ name: String) throws -> [Data] {
      let run = RunDirectory(workspace.directory.file(name))
      return try [run.model(11), run.state(11), run.progress(11)].map(workspace.bytes)
    }
    #expect(try files("cut") == files("straight"))
  }
}
