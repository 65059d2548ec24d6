import GPT2Communication
import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2TrainingCore

/// What a run is watched by is the same on any number of processes, also where it is interrupted.
@Suite struct SharedWatchTests {
  private let workspace: TrainingWorkspace

  init() throws { workspace = try TrainingWorkspace() }

  /// What one process sees: the loss, the accuracy, and how often each asked whether to stop.
  private struct Seen: Equatable, Sendable {
    var loss: Float?
    var accuracy: Double?
    var asked = [0, 0]
  }

  private func seen(processes: Int, stoppingAfter most: Int = .max) throws -> [Seen] {
    let workspace = workspace
    return try ThreadJob.run(processes: processes) { communicator in
      let watch = TrainingWatch(
        validation: try DataLoader(
          pattern: workspace.validation, batchSize: 1, sequenceLength: 9, shuffling: false),
        choices: try ChoiceFile(contentsOf: TestFiles.fixture("choices.bin")))
      let model = Model(try workspace.fixture(), on: Workers(count: 1))
      var plan = workspace.plan(steps: 1)
      plan.validationBatches = 13
      let activations = try Activations(
        model.configuration, batchSize: 1, sequenceLength: 9, keepingForBackward: false)
      var seen = Seen()
      func isInterrupted(_ index: Int) -> Bool {
        seen.asked[index] += 1
        // Only the last process hears of it.
        return communicator.rank == processes - 1 && seen.asked[index] > most
      }
      let loss = try watch.loss(
        of: model, plan: plan, using: activations, sharedBy: communicator,
        isInterrupted: { isInterrupted(0) })
      let accuracy = try watch.accuracy(
        of: model, sharedBy: communicator, isInterrupted: { isInterrupted(1) })
      (seen.loss, seen.accuracy) = (loss, accuracy)
      return seen
    }
  }

  @Test func allSeeTheSame() throws {
    let alone = try #require(try seen(processes: 1).first)
    #expect(alone.loss != nil && alone.accuracy != nil)
    for processes in [2, 4, 8] {
      for seen in try seen(processes: processes) {
        #expect(seen.loss == alone.loss && seen.accuracy == alone.accuracy)
        // Everybody has a share of it.
        #expect(seen.asked == [(13 + processes - 1) / processes, 24 / processes])
      }
    }
  }

  @Test func allStopTogether() throws {
    for seen in try seen(processes: 4, stoppingAfter: 2) {
      #expect(seen == Seen(loss: nil, accuracy: nil, asked: [3, 3]))
    }
  }
}
