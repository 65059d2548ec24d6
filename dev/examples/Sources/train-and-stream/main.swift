// train-and-stream FILE: trains a small model on a text, from random weights, and lets it speak.
import Foundation
import GPT2Training

let text = try String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8)
let data = try DataLoader(text: text, batchSize: 8, sequenceLength: 64)
let plan = TrainingPlan(for: data, steps: 200, learningRate: 3e-3)
let session = try TrainingSession(StartingModel(size: "2x4x64"), on: data, plan: plan)
for try await event in session.events {
  if case .step(let step) = event, step.step % 50 == 0 { print("step \(step.step): loss \(step.loss)") }
}
let gpt2 = try await session.gpt2()
let options = GenerationOptions(maximumTokens: 200, sampling: SamplingOptions(temperature: 0.8))
for try await token in gpt2.generate("", options) {
  print(token.text, terminator: "")
  fflush(nil)
}
print()
