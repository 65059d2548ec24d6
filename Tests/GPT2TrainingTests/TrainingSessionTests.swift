import GPT2BinaryFiles
import Foundation
import GPT2Training
import TestSupport
import Testing
import GPT2Tokens

/// Sessions in memory.
@Suite struct TrainingSessionTests {
  private func session(
    steps: Int = 4, _ change: (inout TrainingPlan) -> Void = { _ in }
  ) throws -> TrainingSession {
    let data = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 16)
    var plan = TrainingPlan(for: data, steps: steps, learningRate: 1e-2)
    plan.sampleInterval = nil
    change(&plan)
    return try TrainingSession(Story.model(), on: data, validation: data, plan: plan, threads: 2)
  }

  @Test func eventsComeInOrderAndTheModelSpeaks() async throws {
    let session = try session(steps: 60) { plan in
      (plan.validationInterval, plan.sampleInterval, plan.sampleLength) = (30, 60, 5)
    }
    var names: [String] = []
    var losses: [Float] = []
    for try await event in session.events {
      switch event {
      case .step(let report):
        losses.append(report.loss)
        #expect(report.step == losses.count && report.steps == 60)
      case .validation(let step, _, _, _): names.append("validation \(step)")
      case .sample(let step, _): names.append("sample \(step)")
      case .evaluation, .checkpoint, .problem: Issue.record("\(event)")
      }
    }
    #expect(names == ["validation 0", "validation 30", "validation 60", "sample 60"])
    #expect(losses.count == 60)
    // From the logarithm of 257, as of any model that knows nothing.
    #expect(abs(losses[0] - 5.55) < 0.1 && losses[59] < 3)
    let gpt2 = try await session.gpt2()
    let options = GenerationOptions(maximumTokens: 8, sampling: SamplingOptions(temperature: 0))
    var tokens = 0
    for try await _ in gpt2.generate("To be", options) { tokens += 1 }
    #expect(tokens == 8)
    // What it learnt, it finds likelier than a new model does.
    let untrained = try self.session(steps: 1) { $0.learningRate = .init(peak: 0, steps: 1) }
    let other = try await untrained.train()
    func mean(_ gpt2: GPT2) async throws -> Double {
      let scores = try await gpt2.score("To be, or not to be")
      return scores.map(\.logProbability).reduce(0, +) / Double(scores.count)
    }
    #expect(try await mean(gpt2) > mean(other) + 1)
  }

  /// More events than may wait, and a reader who waits for the end in between.
  @Test(.timeLimit(.minutes(5))) func aSlowReaderLosesNothing() async throws {
    let session = try session(steps: 80) { $0.validationInterval = nil }
    var events = session.events.makeAsyncIterator()
    _ = try await events.next()
    _ = try await session.gpt2()
    var steps = [1]
    while case .step(let report)? = try await events.next() { steps.append(report.step) }
    #expect(steps == Array(1...80))
  }

  @Test func whoReadsNoMoreEndsIt() async throws {
    let session = try session(steps: 1_000_000) { $0.validationInterval = nil }
    for try await event in session.events {
      if case .step(let report) = event, report.step == 3 { break }
    }
    // It comes back, and with a model.
    _ = try await session.gpt2()
  }

  @Test func stoppedItEndsWithoutAnError() async throws {
    let session = try session(steps: 1_000_000) { $0.validationInterval = nil }
    var last = 0
    for try await event in session.events {
      if case .step(let report) = event { last = report.step }
      if last == 3 { session.stop() }
    }
    #expect(3...3 + 34 ~= last)
    _ = try await session.gpt2()
  }

  @Test func aCancelledTaskEndsIt() async throws {
    let session = try session(steps: 1_000_000) { $0.validationInterval = nil }
    let task = Task { try await session.train() }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    // Cancelled before it began, it does not begin.
    let other = try self.session()
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await other.train()
    }
    await #expect(throws: CancellationError.self) { try await late.value }
    await #expect(throws: TrainingSessionError.notBegun) { try await other.gpt2() }
  }

  @Test func itIsReadOnce() async throws {
    let session = try session()
    await #expect(throws: TrainingSessionError.notBegun) { try await session.gpt2() }
    try await session.train()
    await #expect(throws: TrainingSessionError.alreadyBegun) { try await session.train() }
  }

  /// Whoever looks may fail, and training ends then.
  @Test func anErrorOfTheReaderIsThrown() async throws {
    struct Enough: Error {}
    let session = try session(steps: 1_000_000)
    await #expect(throws: Enough.self) { try await session.train { _ in throw Enough() } }
    _ = try await session.gpt2()
  }

  /// The last validation loss, and the same as the model that writes texts has it.
  private func lastLosses(
    of change: (inout TrainingPlan, StartingModel) throws -> Void
  ) async throws -> (first: Float, last: Float, written: Double) {
    let start = try Story.model()
    let data = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 16)
    let validation = try DataLoader(text: Story.text, batchSize: 2, sequenceLength: 16, shuffling: false)
    var plan = TrainingPlan(for: data, steps: 40, learningRate: 2e-2)
    (plan.sampleInterval, plan.validationInterval, plan.validationBatches) = (nil, 40, 1000)
    try change(&plan, start)
    var losses: [Float] = []
    let session = try TrainingSession(start, on: data, validation: validation, plan: plan, threads: 2)
    let gpt2 = try await session.train { event in
      if case .validation(_, let loss, _, _) = event { losses.append(loss) }
    }
    // Rows as anybody would cut them.
    let tokens = [256] + Story.text.utf8.map(Int.init)
    var sum = 0.0
    let rows = (tokens.count - 1) / 32 * 2
    for row in 0..<rows {
      let scores = try await gpt2.score(tokens: Array(tokens[row * 16...row * 16 + 16]))
      sum -= scores.map(\.logProbability).reduce(0, +)
    }
    return (try #require(losses.first), try #require(losses.last), sum / Double(rows * 16))
  }

  @Test func whatWasTrainedIsWhatSpeaks() async throws {
    let losses = try await lastLosses { _, _ in }
    #expect(losses.last < losses.first - 2 && abs(losses.written - Double(losses.last)) < 1e-4, "\(losses)")
  }

  @Test func andSoDoAdapters() async throws {
    let losses = try await lastLosses { plan, start in try plan.trainAdapters(rank: 4, of: start) }
    #expect(losses.last < losses.first - 0.01, "\(losses)")
    #expect(abs(losses.written - Double(losses.last)) < 1e-4, "\(losses)")
  }

  /// Divergence is told before it reaches the weights.
  @Test func aLossThatIsNotFiniteEndsIt() async throws {
    let session = try session(steps: 200) { plan in
      plan.learningRate = .init(peak: 1e30, steps: 200)
      plan.optimizer.maximumGradientNorm = nil
    }
    await #expect(throws: TrainingError.self) { try await session.train() }
  }
}

extension LearningRateSchedule {
  /// A constant one.
  init(peak: Float, steps: Int) {
    self.init(shape: .constant, peak: peak, warmUpSteps: 0, steps: steps, finalFraction: 0)
  }
}
