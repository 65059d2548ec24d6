import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct AttentionCommand: Rung {
  static let original = LadderIndex.Original(
    "Vaswani et al. 2017, and Karpathy's “Let's build GPT”", at: "https://arxiv.org/abs/1706.03762")
  static let sources = "Attention"

  static let configuration = CommandConfiguration(
    commandName: "attention",
    abstract: "One head of attention learns to look back, where counting cannot.",
    discussion: """
      Texts such as a3b7c1d4b7d4a3c1: letters with digits that are drawn anew for each text, then the same letters in \
      another order. Which digit follows then only looking back can tell. One head is trained, its passes written out \
      forward and back; beside it stands the best that counting can do, computed exactly.

        ladder attention --output lessons/attention
        ladder attention --text a3b7c1d4h9b --steps 100
      """)

  @Option(help: "Updates to make.")
  var steps = 400

  @Option(help: "Letters of a text that it learns from, each with its digit.")
  var pairs = 4

  @Option(help: "Texts that it has not learnt from, drawn for each score.")
  var texts = 1_000

  @Option(name: .shortAndLong, help: "Of the random start and of the texts that it learns from.")
  var seed: UInt32 = 1

  @Option(help: "A text to look at, of the letters a to h and of digits.")
  var text = "a3b7c1d4b"

  @OptionGroup var options: RungOptions

  func validate() throws {
    try steps.check("--steps", in: 1...1_000_000)
    try pairs.check("--pairs", in: 1...5)
    try texts.check("--texts", in: 1...100_000)
    try text.count.check("characters of --text", in: 1...24)
  }

  func climb() throws {
    var settings = AttentionLesson.Settings()
    settings.steps = steps
    settings.task = RecallTask(pairs: pairs)
    settings.seed = seed
    settings.texts = texts
    settings.shownText = text
    var progress = ProgressLine()
    let lesson = try AttentionLesson(settings) { step, loss in
      progress.show(
        Progress(done: Double(step) / Double(steps)).saying("step \(step)/\(steps)")
          .saying("loss \(Numbers.fixed(loss, 4))"))
    }
    progress.clear()
    try options.finish(lesson.results, lines: lesson.lines) { lesson.gallery }
  }
}
