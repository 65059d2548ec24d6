import Foundation
import TestSupport
import Testing

/// A run's directory is given where a model is wanted; it knows its tokenizer.
@Suite struct RunAsModelTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let run = try workspace.train(output: "run")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
  }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func speak(_ model: String, _ more: String...) throws -> Command {
    try Command(
      ["generate", "--model", model, "--prompt", "To be", "--temperature", "0", "--max-tokens", "6"] + more)
  }

  @Test func itsLastModelSpeaks() throws {
    let expected = try speak(file("run/model_00000003.bin"), "--tokenizer", workspace.tokenizer)
    #expect(expected.exitCode == 0, "\(expected.diagnostics)")
    for name in ["run", "run/"] {
      let found = try speak(file(name))
      #expect(found.exitCode == 0, "\(found.diagnostics)")
      #expect(found.output == expected.output)
    }
  }

  @Test func itIsConvertedWithItsTokenizer() throws {
    let result = try Command("convert", file("run"), file("run.gguf"))
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("GGUF, with a tokenizer"))
    #expect(try speak(file("run.gguf")).output == speak(file("run")).output)
  }

  /// The adapters of a run speak with the model that they were trained on, until that is gone.
  @Test func adaptersFindTheirModel() throws {
    let tuned = try Command(
      "train", "--model", file("run"), "--data", workspace.training, "--output", file("tuned"),
      "--batch-size", "2",
      "--sequence-length", "16", "--steps", "2", "--lora-rank", "2", "--learning-rate", "0.05")
    #expect(tuned.exitCode == 0, "\(tuned.diagnostics)")
    let merged = file("merged.bin")
    let adapters = file("tuned/adapters_00000002.bin")
    #expect(
      try Command("convert", file("run/model_00000003.bin"), merged, "--adapters", adapters).exitCode == 0)
    let expected = try speak(merged, "--tokenizer", workspace.tokenizer)
    let found = try speak(file("tuned"))
    #expect(found.exitCode == 0, "\(found.diagnostics)")
    #expect(found.output == expected.output)
    #expect(found.output != (try speak(file("run")).output))

    let trained = try Command(
      "train", "--model", file("tuned"), "--data", workspace.training, "--output", file("more"),
      "--batch-size", "2",
      "--sequence-length", "16", "--steps", "1")
    #expect(trained.exitCode == 2)
    #expect(trained.diagnostics.contains("found adapters, which are a part of a model"))

    try FileManager.default.moveItem(atPath: file("run"), toPath: file("moved"))
    let lost = try speak(file("tuned"))
    #expect(lost.exitCode == 2)
    #expect(lost.diagnostics.contains("\(adapters): found adapters without their model, which was "))
  }

  /// A run goes on with the tokenizer that it keeps, and a new run from a model's with the model's.
  @Test func theTokenizerIsHandedOn() throws {
    let more = try Command(
      "train", "--model", file("run"), "--data", workspace.training, "--output", file("more"), "--batch-size",
      "2",
      "--sequence-length", "16", "--steps", "1")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    let kept = try Data(contentsOf: URL(fileURLWithPath: file("more/tokenizer.bin")))
    #expect(try kept == Data(contentsOf: URL(fileURLWithPath: workspace.tokenizer)))
  }
}
