import ArgumentParser
import GPT2Lessons
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer

/// `ladder nanogpt`.
struct NanoGPTCommand: Rung {
  static let original = LadderIndex.Original(
    "karpathy/nanoGPT", at: "https://github.com/karpathy/nanoGPT")
  static let sources = "NanoGPT"

  static let configuration = CommandConfiguration(
    commandName: "nanogpt",
    abstract: "A small GPT-2 learns to write Shakespeare, character by character.",
    discussion: """
      nanoGPT's configuration for CPUs, trained from scratch on the floors that train 124M: 4 layers, 4 heads, 128 \
      channels, 64 characters, 2,000 steps. It writes before, during and after. Ctrl-C ends it after a step, and what \
      there is is shown.

        scripts/fetch-lessons.sh
        ladder nanogpt --output lessons/nanogpt
        ladder nanogpt --optimizer muon --steps 1000

      With --output the model stays there, with its tokenizer, as the directory of a run: gpt2 generate, evaluate and serve \
      take it by that name. --serve shows it in a browser at once.

        gpt2 generate --model lessons/nanogpt --prompt 'ROMEO:'
      """)

  @OptionGroup var options: RungOptions
  @OptionGroup var threading: ThreadOptions

  @Option(help: "The text to learn from, UTF-8; the last tenth of it is for validation.", completion: .file())
  var text = "data/tinyshakespeare.txt"

  @Option(name: .shortAndLong, help: "Layers, heads and channels.")
  var model = "4x4x128"

  @Option(name: [.customShort("t"), .long], help: "T: characters in a sequence.")
  var sequenceLength = 64

  @Option(name: .shortAndLong, help: "B: sequences in a batch.")
  var batchSize = 12

  @Option(help: "Updates to make.")
  var steps = 2000

  @Option(name: .shortAndLong, help: "The largest learning rate.")
  var learningRate: Float = 3e-3

  @Option(help: "adamw, or muon, which learns more from a step and takes longer for it.")
  var optimizer: Optimizer.Method = .adamW

  @Option(name: .shortAndLong, help: "Of the random start and of the samples.")
  var seed: UInt32 = 42

  @Flag(help: "Then serve the model, with a page to look inside it, by gpt2-serve; needs --output.")
  var serve = false

  @Option(help: "With --serve, the port to listen at.")
  var port: Int?

  func validate() throws {
    guard !serve || options.output != nil else {
      throw ValidationError("--serve needs --output: a directory in which the model is kept.")
    }
    guard serve || port == nil else { throw ValidationError("--port is for --serve.") }
    try port?.check("--port", from: 0, to: 65_535)
    try sequenceLength.check("--sequence-length", from: 1, to: 65_536)
    try batchSize.check("--batch-size", from: 1, to: 65_536)
    try steps.check("--steps", from: 1, to: 1_000_000)
    try learningRate.check("--learning-rate", atLeast: 0)
    _ = try settings()
  }

  func climb() throws {
    let text = try CharacterText(contentsOf: text)
    let settings = try settings()
    Interruption.watch()
    var progress = ProgressLine()
    let lesson = try NanoGPTLesson(
      text, settings, on: threading.workers, isInterrupted: { Interruption.isAsked },
      observing: { Self.show($0, on: &progress) })
    progress.end()
    if !lesson.isWhole { Diagnostics.write("stopped after step \(lesson.losses.count) of \(steps)") }
    try options.finish(lesson.results, lines: lesson.lines) { try lesson.gallery() }
    guard let output = options.output else { return }
    Diagnostics.write(
      "wrote \(try lesson.keep(in: output)): gpt2 generate --model \(output) --prompt 'ROMEO:'")
    guard serve else { return }
    try ServerProgram.become(
      ["--model", "nanogpt=\(output)"] + (port.map { ["--port", "\($0)"] } ?? []), from: "ladder")
  }

  private func settings() throws -> NanoGPTSettings {
    guard model.split(separator: "x").count == 3, let size = ModelSize(descriptor: model) else {
      throw ValidationError("--model is \(model), expected layers, heads and channels, such as 4x4x128.")
    }
    let settings = NanoGPTSettings(
      layers: size.layers, heads: size.heads, channels: size.channels, sequenceLength: sequenceLength,
      batchSize: batchSize, steps: steps, learningRate: learningRate, method: optimizer, seed: seed)
    do {
      // The text's own vocabulary comes later; it can be of any size.
      _ = try settings.configuration(vocabularySize: 1)
    } catch {
      throw ValidationError("--model is \(model): \(error).")
    }
    return settings
  }

  private static func show(_ event: NanoGPTLesson.Event, on progress: inout ProgressLine) {
    switch event {
    case .step(let report):
      progress.show(
        Progress(done: Double(report.step) / Double(report.steps), secondsLeft: report.secondsLeft)
          .saying("step \(report.step)/\(report.steps)")
          .saying("loss \(Numbers.fixed(Double(report.loss), 4))")
          .saying("\(Numbers.fixed(report.tokensPerSecond, 0)) tokens/s", .high))
    case .validation(let loss):
      progress.clear()
      Diagnostics.write("validation loss after step \(loss.step): \(Numbers.fixed(Double(loss.loss), 4))")
    case .sample: break
    }
  }
}

extension Optimizer.Method: ExpressibleByArgument {}
