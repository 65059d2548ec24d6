// README's example, compiled: a test compares the two.
// example
import GPT2Training

func trainAndTell(_ text: String) async throws {
  let data = try DataLoader(text: text, batchSize: 8, sequenceLength: 64)
  let session = try TrainingSession(StartingModel(size: "2x4x64"), on: data)
  for try await case .step(let step) in session.events { print(step.loss) }
  let gpt2 = try await session.gpt2()
  print(try await gpt2.generate("Once upon a time").text())
}
// end of example
