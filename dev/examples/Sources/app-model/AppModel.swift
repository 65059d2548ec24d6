import Foundation
import GPT2Training
import Observation

/// What an app's views show of a model that learns in the background, and is kept in a folder between launches.
@MainActor @Observable
final class AppModel {
  private(set) var losses: [Float] = []
  private(set) var progress = 0.0
  private(set) var problem: String?
  private(set) var story = ""
  private(set) var isTraining = false

  private let folder: String
  private var session: TrainingSession?
  private var gpt2: GPT2?

  init(folder: String) { self.folder = folder }

  /// Goes on where the folder's run stands, or begins one. Cancelling the task saves it.
  func train(on text: String, steps: Int) async {
    isTraining = true
    defer { isTraining = false }
    do {
      let data = try DataLoader(text: text, batchSize: 4, sequenceLength: 32)
      let session = try TrainingSession(
        StartingModel(size: "1x2x32", positions: 64), on: data,
        plan: TrainingPlan(for: data, steps: steps, learningRate: 3e-3),
        directory: RunDirectory(folder, use: .resuming))
      self.session = session
      for try await event in session.events { show(event) }
      gpt2 = try await session.gpt2()
    } catch is CancellationError {
      // It is saved, and goes on the next time.
    } catch {
      problem = error.localizedDescription
    }
  }

  /// For a button: ends training after the batch under way, saved; an update of several batches is begun anew.
  func stop() { session?.stop() }

  func write(_ prompt: String) async {
    do {
      let gpt2 = try gpt2 ?? GPT2(contentsOf: folder)
      self.gpt2 = gpt2
      story = prompt
      for try await token in gpt2.generate(prompt, GenerationOptions(maximumTokens: 40)) {
        story += token.text
      }
    } catch {
      problem = error.localizedDescription
    }
  }

  private func show(_ event: TrainingEvent) {
    switch event {
    case .step(let report):
      losses.append(report.loss)
      progress = Double(report.step) / Double(report.steps)
    case .problem(let error): problem = error.localizedDescription
    case .validation, .evaluation, .sample, .checkpoint: break
    }
  }
}
