import Foundation
import TestSupport
import Testing

/// `ladder nanogpt`, with a tiny model.
@Suite struct LadderNanoGPTTests {
  private let directory: TemporaryDirectory
  private var text: String { directory.file("text.txt") }

  init() throws {
    directory = try TemporaryDirectory()
    let verse = "To be, or not to be, that is the question.\n"
    try String(repeating: verse, count: 20).write(toFile: text, atomically: true, encoding: .utf8)
  }

  @Test func trainsAndDraws() throws {
    let output = directory.file("lesson")
    let result = try ladder("--steps", "8", "--output", output, "--threads", "1")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.hasPrefix("validation loss "))
    #expect(result.output.contains("after step 8\n8 steps in "))
    #expect(result.output.contains("--- after step 0\n") && result.output.contains("--- after step 8\n"))
    #expect(result.diagnostics.contains("validation loss after step 4: "))
    let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
    #expect(
      names == [
        "DONE_00000008", "attention.svg", "characters.svg", "index.html", "lens-loss.svg", "loss.svg",
        "model_00000008.bin", "positions.svg", "tokenizer.bin", "val.bin",
      ])
  }

  /// What it keeps is a run's directory to the commands that take models; a later lesson takes the place of an earlier.
  @Test func theModelStays() throws {
    let output = directory.file("lesson")
    for steps in ["8", "3"] {
      #expect(try ladder("--steps", steps, "--output", output, "--threads", "1").exitCode == 0)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: output).filter { $0.contains("0000") }
    #expect(names.sorted() == ["DONE_00000003", "model_00000003.bin"])
    let result = try Command(
      "generate", "--model", output, "--prompt", "To be\nor", "--max-tokens", "20", "--seed", "1")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let text = try String(contentsOfFile: self.text, encoding: .utf8)
    #expect(result.output.hasPrefix("To be\nor") && result.output.allSatisfy { text.contains($0) })
    // Nothing but the model need be named; the seed is for the test, as some draws end at once.
    let bare = try Command("generate", "--model", output, "--seed", "1")
    #expect(bare.exitCode == 0 && bare.output.count > 1 && bare.output.allSatisfy { text.contains($0) })
  }

  /// On the text that was kept with the model, `evaluate` finds the loss that the rung printed, and `inspect` what its page shows.
  @Test func otherCommandsSayTheSame() throws {
    struct Score: Decodable { let loss: Double }
    struct Results: Decodable {
      struct Loss: Decodable { let loss: Double }
      let validations: [Loss]
    }
    let output = directory.file("lesson")
    let lesson = try ladder("--steps", "8", "--output", output, "--threads", "1", "--json")
    let printed = try JSONDecoder().decode(Results.self, from: Data(lesson.output.utf8))
    // Of the 86 characters kept, five batches of 16 were validated on.
    let result = try Command(
      "evaluate", "--model", output, "--data", output + "/val.bin", "--max-tokens", "80", "--json")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    #expect(abs(score.loss - (printed.validations.last?.loss ?? 0)) < 1e-5)
    let inspection = try Command(
      "inspect", "--model", output, "--prompt", "To be", "--lens", "--attention", "0:1", "--json")
    #expect(inspection.exitCode == 0, "\(inspection.diagnostics)")
  }

  @Test func servingNeedsADirectory() throws {
    expectRefusal(try ladder("--serve"), naming: "--serve needs --output")
    expectRefusal(try ladder("--port", "1"), naming: "--port is for --serve")
  }

  @Test func resultsAsJSONAndTheSeedAndOptimizerDecide() throws {
    struct Results: Decodable {
      let steps, vocabulary: Int
      let losses: [Double]
      let samples: [Sample]
      struct Sample: Decodable { let text: String }
    }
    let runs = try [[], [], ["--seed", "5"], ["--optimizer", "muon"]].map { options in
      let result = try ladder(["--steps", "3", "--json"] + options)
      return try JSONDecoder().decode(Results.self, from: Data(result.output.utf8))
    }
    #expect(runs.allSatisfy { $0.steps == 3 && $0.losses.count == 3 && $0.vocabulary == 17 })
    #expect(runs[0].losses == runs[1].losses && runs[0].losses != runs[2].losses)
    #expect(runs[0].losses[0] == runs[3].losses[0] && runs[0].losses[2] != runs[3].losses[2])
    #expect(runs[0].samples.map(\.text) == runs[1].samples.map(\.text))
  }

  /// Ctrl-C after some steps: what there is is shown, and the exit code is that of a run that ended as asked.
  @Test func anInterruptionStillShowsWhatThereIs() throws {
    let script = """
      trap '' INT
      "$0" "$@" >'\(directory.file("out"))' 2>'\(directory.file("err"))' & child=$!
      while ! grep -q 'step 1/' '\(directory.file("err"))' 2>/dev/null; do sleep 0.05; done
      kill -TERM $child
      wait $child
      """
    let result = try Command(
      ["-c", script, Command.ladder] + arguments + ["--steps", "1000000"], executable: "/bin/sh")
    #expect(result.exitCode == 0)
    let diagnostics = try String(contentsOfFile: directory.file("err"), encoding: .utf8)
    #expect(diagnostics.contains("stopped after step "))
    let output = try String(contentsOfFile: directory.file("out"), encoding: .utf8)
    #expect(output.contains(" steps in ") && output.contains("--- after step "))
  }

  @Test func unusableTexts() throws {
    try FileManager.default.removeItem(atPath: text)
    expectRefusal(try ladder(), naming: "text.txt: found no such file", "scripts/fetch-lessons.sh")
    try "To be".write(toFile: text, atomically: true, encoding: .utf8)
    expectRefusal(try ladder(), naming: "text.txt: found 4 characters to learn from and 1 to validate on")
    try Data([0xC3]).write(to: URL(fileURLWithPath: text))
    expectRefusal(try ladder(), naming: "text.txt: found bytes that are no UTF-8")
  }

  @Test(arguments: [
    "--steps=0", "--learning-rate=-1", "--batch-size=0", "--sequence-length=0", "--model=4x4", "--model=d12",
    "--model=1x3x16", "--optimizer=sgd", "--seed=-1", "--threads=0",
  ])
  func optionsOutOfRange(option: String) throws {
    let parts = option.split(separator: "=").map(String.init)
    expectRefusal(try ladder(option), naming: parts[0], parts[1])
  }

  private var arguments: [String] {
    ["nanogpt", "--text", text, "--model", "1x2x16", "--sequence-length", "8", "--batch-size", "2"]
  }

  private func ladder(_ options: String...) throws -> Command { try ladder(options) }

  private func ladder(_ options: [String]) throws -> Command {
    try Command(arguments + options, executable: Command.ladder)
  }
}
