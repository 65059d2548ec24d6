import Foundation
import TestSupport
import Testing

/// Questions and answers from the training to the answer, as a user has them.
@Suite struct InstructionCommandTests {
  private let workspace: Workspace
  private static let files = ["pairs", "instructions", "messages"]

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func fixture(_ name: String) -> String { TestFiles.fixture("instructions/\(name)") }

  private func train(_ set: String, _ more: String..., output: String = "run") throws -> Command {
    try Command(
      [
        "train", "--model", fixture("model.bin"), "--instructions", fixture(set + ".jsonl"), "--tokenizer",
        workspace.tokenizer, "--output", file(output), "--batch-size", "4", "--threads", "2",
      ] + more)
  }

  private func generate(_ more: String..., model: String = "run", input: String? = nil) throws -> Command {
    try Command(
      ["generate", "--model", file(model), "--temperature", "0", "--max-tokens", "12"] + more, input: input)
  }

  /// The answer's loss falls, and the answers are learnt by heart.
  @Test func answersAreLearntByHeart() throws {
    let run = try train(
      "messages", "--steps", "150", "--learning-rate", "0.01", "--validation",
      fixture("messages.jsonl"), "--validation-interval", "150", "--sample-interval", "0")
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(run.diagnostics.contains("8 examples of "))
    #expect(run.diagnostics.contains(", 118 of them answers; B=4, T=116"))
    #expect(run.diagnostics.contains("validation loss after step 0: 5.6554"))
    let template = try String(contentsOfFile: file("run/template.json"), encoding: .utf8)
    #expect(template.contains("\"before\": \"### Instruction:\\n\""))

    let score = try Command(
      "evaluate", "--model", file("run"), "--instructions", fixture("messages.jsonl"), "--json")
    #expect(score.exitCode == 0, "\(score.diagnostics)")
    #expect(score.output.contains(#""answerTokens":118"#) && score.output.contains(#""examples":8"#))
    let record = try JSONSerialization.jsonObject(with: Data(score.output.utf8)) as? [String: Any]
    let loss = try #require(record?["loss"] as? Double)
    #expect(loss < 3, "\(loss)")
    let answer = try generate("--prompt", "Hello.")
    #expect(answer.exitCode == 0, "\(answer.diagnostics)")
    #expect(!answer.output.contains("###") && !answer.output.hasPrefix("Hello.Hello"))
  }

  @Test(arguments: files)
  func evaluateSaysPyTorchsLoss(name: String) throws {
    let json = try Data(contentsOf: URL(fileURLWithPath: fixture("expected.json")))
    let all = try JSONSerialization.jsonObject(with: json) as? [String: [String: Double]]
    let expected = try #require(all?[name])
    let score = try Command(
      "evaluate", "--model", fixture("model.bin"), "--tokenizer", workspace.tokenizer, "--instructions",
      fixture(name + ".jsonl"), "--json")
    #expect(score.exitCode == 0, "\(score.diagnostics)")
    let record = try JSONSerialization.jsonObject(with: Data(score.output.utf8)) as? [String: Any]
    #expect(record?["answerTokens"] as? Int == expected["tokens"].map { Int($0) })
    #expect(abs(try #require(record?["loss"] as? Double) - (expected["loss"] ?? 0)) < 2e-6)
    let people = try Command(
      "evaluate", "--model", fixture("model.bin"), "--tokenizer", workspace.tokenizer, "--instructions",
      fixture(name + ".jsonl"))
    #expect(people.output.contains("answer tokens"))
  }

  /// All files of the last checkpoint are the same whether or not the run was cut in two.
  @Test(arguments: [[], ["--lora-rank", "2"]])
  func aRunInTwoPartsEndsWithTheSameBits(trained: [String]) throws {
    func train(_ steps: String, _ output: String, _ more: [String] = []) throws {
      let run = try Command(
        [
          "train", "--model", fixture("model.bin"), "--instructions", fixture("instructions.jsonl"),
          "--tokenizer", workspace.tokenizer, "--output", file(output), "--batch-size", "1",
          "--sequence-length", "150", "--schedule", "constant", "--hold-out", "0.2", "--steps", steps,
          "--sample-interval", "0",
        ] + trained + more)
      #expect(run.exitCode == 0, "\(run.diagnostics)")
    }
    try train("9", "whole")
    // In the second epoch.
    try train("7", "cut")
    try train("9", "cut", ["--resume"])
    let result = trained.isEmpty ? "model" : "adapters"
    for name in [
      "\(result)_00000009.bin", "state_00000009_00000.bin", "progress_00000009.json", "template.json",
    ] {
      let (whole, cut) = (file("whole/\(name)"), file("cut/\(name)"))
      let same =
        try Data(contentsOf: URL(fileURLWithPath: whole)) == Data(contentsOf: URL(fileURLWithPath: cut))
      #expect(same, "\(name)")
    }
    let answer = try generate("--prompt", "Name a colour.", model: "cut")
    #expect(answer.exitCode == 0, "\(answer.diagnostics)")
  }

  /// What the model reads is what the template makes of the prompt.
  @Test func thePromptIsPutIntoTheTemplate() throws {
    #expect(try train("messages", "--steps", "2").exitCode == 0)
    func text(_ result: Command) throws -> String {
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      return result.output
    }
    let spelt = "### Instruction:\nHello.\n\n### Response:\n"
    let whole = try text(generate("--prompt", spelt, "--no-template"))
    let answer = try text(generate("--prompt", "Hello."))
    #expect(whole == spelt + answer)
    #expect(try text(generate("--prompt", "Hello.", "--no-template")).hasPrefix("Hello."))
    let system = try text(generate("--prompt", "Hello.", "--system", "Brief."))
    #expect(
      try text(generate("--prompt", "Brief.\n\n" + spelt, "--no-template")) == "Brief.\n\n" + spelt + system)
    let plain = try text(generate("--prompt", spelt, "--template", "plain"))
    #expect(plain == answer)
    let json = try text(generate("--prompt", "Hello.", "--json"))
    #expect(json.contains(#""prompt":"Hello.""#))
    // A dialogue's first answer is the same; each line has one.
    let dialogue = try text(generate("--interactive", input: "Hello.\nAnd now?\n"))
    #expect(dialogue.hasPrefix(answer))
    #expect(try text(generate("--interactive", "--prompt", "Hello.", input: "And now?\n")) == dialogue)
  }

  /// A run that begins with a run's model takes its template over.
  @Test func theTemplateIsHandedOn() throws {
    #expect(try train("instructions", "--steps", "1", "--template", "plain").exitCode == 0)
    let more = try Command(
      "train", "--model", file("run"), "--instructions", fixture("messages.jsonl"), "--output", file("more"),
      "--steps", "1")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    let templates = try ["run", "more"].map {
      try Data(contentsOf: URL(fileURLWithPath: file($0 + "/template.json")))
    }
    #expect(templates[0] == templates[1])
    #expect(!String(decoding: templates[0], as: UTF8.self).contains("###"))
  }

  /// A folder made of a run answers as the run does; of other files it is said where the template is.
  @Test func conversionKeepsTheTemplate() throws {
    #expect(try train("messages", "--steps", "2").exitCode == 0)
    let answer = try generate("--prompt", "Hello.").output
    let folder = try Command("convert", file("run"), file("folder") + "/")
    #expect(folder.exitCode == 0, "\(folder.diagnostics)")
    #expect(folder.diagnostics.contains("template.json is kept, and is the tokenizer's chat_template"))
    #expect(try generate("--prompt", "Hello.", model: "folder").output == answer)
    let settings = try String(contentsOfFile: file("folder/tokenizer_config.json"), encoding: .utf8)
    #expect(settings.contains(#""chat_template": "{% for message in messages %}"#))
    let gguf = try Command("convert", file("run"), file("run.gguf"))
    #expect(gguf.diagnostics.contains("is tokenizer.chat_template of "), "\(gguf.diagnostics)")
    #expect(
      try generate("--prompt", "Hello.", "--template", file("run/template.json"), model: "run.gguf").output
        == answer)
    let checkpoint = try Command("convert", file("run"), file("run.bin"))
    #expect(checkpoint.diagnostics.contains("has no room for a template"), "\(checkpoint.diagnostics)")
  }

  @Test func anothersTemplateIsNotReplaced() throws {
    try FileManager.default.createDirectory(atPath: file("run"), withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: file("run/template.json")))
    expectRefusal(
      try train("pairs", "--steps", "1"), naming: "run/template.json: found another template already there")
    expectRefusal(try workspace.train(), naming: "expected none, for the data are no instructions")
    #expect(try String(contentsOfFile: file("run/template.json"), encoding: .utf8) == "mine")
    #expect(try train("pairs", "--steps", "1", "--overwrite").exitCode == 0)
    #expect(try String(contentsOfFile: file("run/template.json"), encoding: .utf8) != "mine")
    #expect(try workspace.train("--overwrite").exitCode == 0)
    #expect(!FileManager.default.fileExists(atPath: file("run/template.json")))
  }

  @Test func examplesThatAreTooLongAreLeftOutAloud() throws {
    // Samples answer the first example that is short enough.
    let run = try train(
      "messages", "--steps", "1", "--sequence-length", "60", "--sample-interval", "1")
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(
      run.diagnostics.contains("left out 6 of 8 examples, which have more than 61 tokens"),
      "\(run.diagnostics)")
    expectRefusal(
      try train("messages", "--steps", "1", "--sequence-length", "20", output: "short"), naming: "no examples"
    )
  }

  @Test func optionsThatDoNotFit() throws {
    let model = ["train", "--model", fixture("model.bin"), "--output", file("run")]
    let set = fixture("pairs.jsonl")
    func refused(_ more: String..., naming words: String) throws {
      expectRefusal(try Command(model + more), naming: words)
    }
    try refused(naming: "give --data or --instructions")
    try refused("--data", "a", "--instructions", set, naming: "exclude each other")
    try refused("--instructions", set, naming: "name it with --tokenizer")
    try refused("--instructions", set, "--hold-out", "1.5", naming: "between 0 and 1")
    try refused("--instructions", set, "--hold-out", "0.1", "--validation", set, naming: "exclude each other")
    try refused(
      "--instructions", set, "--tokenizer", workspace.tokenizer, "--total-batch-size", "7",
      naming: "--total-batch-size is 7")
    try refused("--data", "a", "--template", "plain", naming: "need --instructions")
    try refused(
      "--instructions", set, "--tokenizer", workspace.tokenizer, "--template", file("none.json"),
      naming: "none.json: no such file")
    expectRefusal(
      try Command(
        "generate", "--model", fixture("model.bin"), "--tokenizer", workspace.tokenizer, "--prompt", "a",
        "--system", "b"),
      naming: "--system needs a template")
  }
}
