import Foundation
import GPT2ModelHub
import TestSupport
import Testing
import GPT2Transformer

/// A model is given by its name wherever one is wanted. What stands for the fetched one is a small one of its kind.
@Suite struct NamedModelTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let run = try workspace.train()
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    let converted = try Command("convert", file("run"), file("tiny/"))
    try #require(converted.exitCode == 0, "\(converted.diagnostics)")
  }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func put(_ place: String) throws {
    let target = URL(fileURLWithPath: file(place))
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: file("tiny"), toPath: target.path)
  }

  private func command(_ arguments: String...) throws -> Command {
    try Command(
      arguments,
      environment: ["GPT2_MODELS": file("models"), "HF_HUB_CACHE": file("hub"), "HF_HOME": ""])
  }

  private func speak(_ model: String) throws -> Command {
    try command("generate", "--model", model, "--prompt", "To be", "--temperature", "0", "--max-tokens", "6")
  }

  @Test func generateEvaluateConvertTrainAndTokenizeTakeAName() throws {
    try put("models/gpt2")
    let spoken = try speak("gpt2")
    #expect(spoken.exitCode == 0, "\(spoken.diagnostics)")
    #expect(try spoken.output == speak(file("tiny")).output)
    #expect(!spoken.diagnostics.contains("note:"))

    let evaluated = try command("evaluate", "--model", "124M", "--data", workspace.validation, "--json")
    #expect(evaluated.exitCode == 0, "\(evaluated.diagnostics)")

    let converted = try command("convert", "openai-community/gpt2", file("out.gguf"))
    #expect(converted.exitCode == 0, "\(converted.diagnostics)")

    let trained = try command(
      "train", "--model", "gpt2", "--data", workspace.training, "--output", file("tuned"), "--batch-size",
      "2",
      "--sequence-length", "16", "--steps", "1")
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    // With the tokenizer that the model has.
    #expect(try speak(file("tuned")).exitCode == 0)

    let tokenized = try command("tokenize", file("text.txt"), "--tokenizer", "gpt2", "--output", file("more"))
    #expect(tokenized.exitCode == 0, "\(tokenized.diagnostics)")
    let first = try Data(contentsOf: URL(fileURLWithPath: workspace.training))
    #expect(try Data(contentsOf: URL(fileURLWithPath: file("more_train.bin"))) == first)
  }

  @Test func aModelInHuggingFacesCacheIsTakenAloud() throws {
    let place = "hub/models--gpt2/snapshots/607a30d783dfa663caf39e06633721c8d4cfcd7e"
    try put(place)
    let note = "gpt2: note: gpt2 is the one in Hugging Face's cache, \(file(place))"
    for result in [
      try speak("gpt2"), try command("convert", "gpt2", file("out.gguf")),
      try command(
        "train", "--model", "gpt2", "--data", workspace.training, "--output", file("tuned"), "--batch-size",
        "2", "--sequence-length", "16", "--steps", "1"),
    ] {
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      #expect(result.diagnostics.components(separatedBy: note).count == 2, "\(result.diagnostics)")
    }
  }

  @Test func aModelThatIsNotThereIsToBeFetched() throws {
    let words = "found no such file or folder, and the model of that name is not there yet"
    for result in [
      try speak("gpt2"), try command("convert", "gpt2", file("out.gguf")),
      try command("train", "--model", "gpt2", "--data", workspace.training, "--output", file("tuned")),
      try command("tokenize", file("text.txt"), "--tokenizer", "gpt2", "--output", file("more")),
    ] {
      expectRefusal(result, naming: words, "fetch it: gpt2 fetch gpt2 (525 MiB)")
    }
  }

  /// Sizes of new models and names of known ones never mean each other.
  @Test func aSizeStaysASize() throws {
    for name in ModelCatalogue.models.flatMap(\.names) { #expect(ModelSize(descriptor: name) == nil) }
    try put("models/gpt2")
    let trained = try workspace.train("--steps", "1", model: "d1", output: "other")
    #expect(trained.exitCode == 0)
    expectRefusal(
      try command("train", "--model", "d13", "--data", workspace.training, "--output", file("new")),
      naming: "expected a checkpoint, or a size")
  }
}
